// Built from js/src/ground/colours.json by `npm run build`: edit there.
export const changed = "#ff3d9a";
export const picked = "#ff0000";
export const mark = "#ffffff";
export const shade = "#000000";
export const paper = "#ffffff";
export const scales = {
  "gray": [
    "#000000",
    "#ffffff"
  ],
  "origin": [
    "#f08a2c",
    "#a9b1bb",
    "#4d94ef"
  ],
  "difference": [
    "#40004b",
    "#762a83",
    "#9970ab",
    "#c2a5cf",
    "#e7d4e8",
    "#f7f7f7",
    "#d9f0d3",
    "#a6dba0",
    "#5aae61",
    "#1b7837",
    "#00441b"
  ],
  "feature": [
    "#440154",
    "#48186a",
    "#472d7b",
    "#424086",
    "#3b528b",
    "#33638d",
    "#2c728e",
    "#26828e",
    "#21918c",
    "#1fa088",
    "#28ae80",
    "#3fbc73",
    "#5ec962",
    "#84d44b",
    "#addc30",
    "#d8e219",
    "#fde725"
  ],
  "channel": [
    "#170c09",
    "#301003",
    "#431700",
    "#542201",
    "#652e02",
    "#773a01",
    "#884706",
    "#9a5503",
    "#ab6307",
    "#bd7209",
    "#ce810a",
    "#db942d",
    "#e2a855",
    "#e9bc79",
    "#eecf9e",
    "#f3e3c5",
    "#fbf4e6"
  ],
  "space": [
    "#0c0f18",
    "#0e1933",
    "#0e2350",
    "#0a2f6b",
    "#013c83",
    "#044c93",
    "#055ca4",
    "#076cb6",
    "#0a7cc7",
    "#0c8dd9",
    "#269ee5",
    "#45afed",
    "#64bff3",
    "#84cff7",
    "#a6ddf9",
    "#caebfa",
    "#e8f8ff"
  ]
};
