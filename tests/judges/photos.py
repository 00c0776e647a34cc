"""Photos as phones make them, by Pillow, which knows nothing of ours; and a look into what was kept of them.

  photos.py make FOLDER    writes photos with everything in them that tells of people
  photos.py judge FOLDER   looks into FOLDER/*.kept.jpg and *.thumbnail.jpg: upright, small enough, and silent
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"OF-WANG-XIAOMING"
GPS = {1: "N", 2: (30.0, 48.0, 0.5), 3: "E", 4: (116.0, 54.0, 0.25)}


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = SECRET.decode()  # Make
    block[0x0110] = SECRET.decode()  # Model
    block[0x9C9D] = (SECRET.decode() + "\0").encode("utf-16-le")  # XPAuthor
    block.get_ifd(0x8825).update(GPS)
    block.get_ifd(0x8769)[0x9003] = "2026:11:25 10:00:00"
    block.get_ifd(0x8769)[0x927C] = SECRET  # MakerNote
    return block


def scene(width, height):
    """Red above, blue below, as it is seen."""
    picture = Image.new("RGB", (width, height), (20, 20, 230))
    picture.paste((230, 20, 20), (0, 0, width, height // 2))
    return picture


def stored(picture, orientation):
    """The pixels of the file, which the orientation turns into the picture."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    return picture if undo is None else picture.transpose(undo)


def make(folder):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>' + SECRET + b"</dc:creator></x:xmpmeta>"
    for orientation in range(1, 9):
        stored(scene(300, 200), orientation).save(
            folder / f"turned{orientation}.jpg", exif=exif(orientation), icc_profile=profile, comment=SECRET, xmp=xmp
        )
    stored(scene(4000, 3000), 6).save(folder / "phone.jpg", exif=exif(6), quality=80, progressive=True)
    scene(400, 300).convert("CMYK").save(folder / "printed.jpg", exif=exif(1))
    scene(400, 300).convert("L").save(folder / "grey.jpg", exif=exif(1))
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET.decode())
    text.add_text("Comment", SECRET.decode() * 100, zip=True)
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    stored(scene(400, 300), 3).save(folder / "screen.png", pnginfo=text, exif=exif(3), icc_profile=profile)
    scene(400, 300).convert("RGBA").save(folder / "clear.png", pnginfo=text)
    scene(400, 300).convert("P").save(folder / "palette.png", pnginfo=text)
    stored(scene(400, 300), 8).save(folder / "web.webp", exif=exif(8), icc_profile=profile, xmp=xmp)
    scene(400, 300).save(folder / "web-lossless.webp", lossless=True, exif=exif(1), xmp=xmp)
    for path in folder.iterdir():
        content = path.read_bytes()
        assert SECRET in content or b"XPAuthor" in content or Image.open(io.BytesIO(content)).getexif(), path


def judge(folder):
    kept = sorted(folder.glob("*.kept.jpg"))
    for path in kept:
        name = path.name.removesuffix(".kept.jpg")
        for side, at in ((2048, path), (320, folder / f"{name}.thumbnail.jpg")):
            content = at.read_bytes()
            picture = Image.open(io.BytesIO(content))
            picture.load()
            assert picture.format == "JPEG" and max(picture.size) <= side, (at, picture.size)
            assert not picture.getexif(), at
            silent = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert set(picture.info) <= silent, (at, picture.info.keys())
            # Every segment before the pixels: JFIF's own, and what decoding needs.
            assert all(marker == "APP0" and data.startswith(b"JFIF") for marker, data in picture.applist), at
            for letters in (SECRET, SECRET.decode().encode("utf-16-le"), b"Exif", b"GPS", b"adobe", b"ICC_PROFILE"):
                assert letters not in content, (at, letters)
            if name.startswith("grey"):
                continue
            width, height = picture.size
            red, green, blue = picture.convert("RGB").getpixel((width // 2, height // 5))
            assert red > 150 and blue < 110, (at, "does not stand upright", red, green, blue)
            red, green, blue = picture.convert("RGB").getpixel((width // 2, height * 4 // 5))
            assert blue > 100 and red < 110, (at, "does not stand upright", red, green, blue)
    print(len(kept))


if __name__ == "__main__":
    {"make": make, "judge": judge}[sys.argv[1]](Path(sys.argv[2]))
