"""Draw book/site_assets/card.png, the picture that social media show beside a link to the book."""

import printing
import setting
from PIL import Image

ASSETS = setting.ROOT / "book" / "site_assets"
TARGET = ASSETS / "card.png"
SIZE = 1200, 630
PAGE = """<style>{faces}
body {{ margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 52px 60px 0;
  overflow: hidden; font-family: "Source Sans Pro", sans-serif; color: #16181d; background: #fff }}
h1 {{ margin: 0; font-size: 76px; line-height: 1.05 }}
p {{ margin: 12px 0 40px; font-size: 31px; white-space: nowrap; color: #4a4f5a }}
img {{ width: 100% }}
</style><h1>Squeeze &amp; excite</h1>
<p>A book whose figures are trained networks: change a gate, and see what follows.</p>
<img src="{picture}" alt="">"""


def main():
    picture = printing.data_url(ASSETS / "landing.png", "image/png")
    with printing.browser() as browser:
        page = browser.new_page(viewport=dict(zip(("width", "height"), SIZE)))
        page.set_content(PAGE.format(faces=printing.faces(), picture=picture))
        page.evaluate("document.fonts.ready")
        page.screenshot(path=TARGET)
        page.close()
    with Image.open(TARGET) as card:
        card.convert("P", palette=Image.Palette.ADAPTIVE, colors=255).save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
