/** The reader's own picture: from a file to a small grey square. It never leaves the browser. */

import * as WORDS from "../../words/playground.js";

const MOST_BYTES = 60e6;
const MOST_PIXELS = 120e6;

/** @param {Blob} file @returns {Promise<HTMLImageElement>} */
function decode(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  image.src = address;
  return image
    .decode()
    .then(() => image)
    .finally(() => URL.revokeObjectURL(address));
}

/**
 * The middle square of a picture, `size` pixels a side, luma 0..1 (ITU-R BT.601). The browser
 * decodes: it turns the picture as its EXIF says, converts CMYK, and gives the first frame of an
 * animation. What is transparent becomes white.
 * @param {File | Blob} file @param {number} size
 * @returns {Promise<Float64Array>} rejects with an Error that tells the reader what to do
 */
export async function greySquare(file, size) {
  const name = "name" in file && file.name ? `“${file.name}”` : WORDS.theImage;
  if (file.size === 0) throw new Error(WORDS.empty(name));
  if (file.size > MOST_BYTES) {
    throw new Error(
      WORDS.large({ name, size: Math.round(file.size / 1e6), most: MOST_BYTES / 1e6 }),
    );
  }
  const image = await decode(file).catch(() => {
    throw new Error(WORDS.unread(name));
  });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (!width || !height) throw new Error(WORDS.noSize(name));
  if (width * height > MOST_PIXELS) {
    throw new Error(
      WORDS.megapixels({
        name,
        pixels: Math.round((width * height) / 1e6),
        most: MOST_PIXELS / 1e6,
      }),
    );
  }
  const sheet = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const context = /** @type {CanvasRenderingContext2D} */ (
    sheet.getContext("2d", { willReadFrequently: true })
  );
  context.fillStyle = "white";
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  context.drawImage(await smaller(image, left, top, side, size), 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  return Float64Array.from(
    { length: size * size },
    (_, p) => (0.299 * data[4 * p] + 0.587 * data[4 * p + 1] + 0.114 * data[4 * p + 2]) / 255,
  );
}

/**
 * Scaled down in one go by the decoder's good filter; a canvas alone would skip pixels.
 * @param {HTMLImageElement} image @param {number} left @param {number} top @param {number} side
 * @param {number} size
 */
const smaller = (image, left, top, side, size) =>
  createImageBitmap(image, left, top, side, side, {
    resizeWidth: size,
    resizeHeight: size,
    resizeQuality: "high",
  });
