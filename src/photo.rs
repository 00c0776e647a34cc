//! REDRAWING: a photo that somebody sent, decoded and drawn anew. May use: nothing. Crates: `image`, `sha2`.
//!
//! Nothing of the file that came is kept but its colours: no place, no time, no name of a phone or a person, no thumbnail
//! of another cut. It is untrusted: bytes, sides, pixels and passes are bounded before anything is decoded.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use sha2::{Digest, Sha256};

/// Bytes of a photo as it is sent.
pub const MAX_BYTES: usize = 10 << 20;
/// Pixels of a photo as it is sent: phones take up to 50 million.
pub const MAX_PIXELS: u64 = 51_000_000;
/// Pixels of a photo's width or height as it is sent.
pub const MAX_SIDE: u32 = 30_000;
/// Bytes of all pixels together while a photo is decoded.
const MAX_DECODED_BYTES: u64 = 256 << 20;
/// Passes over a JPEG's pixels: cameras make 1, and the slowest programs some twenty. Each costs time and hardly a byte.
const MAX_SCANS: usize = 100;

/// Pixels of the longer side as it is kept.
pub const KEPT_SIDE: u32 = 2_048;
/// Pixels of the longer side of the thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;
const KEPT_QUALITY: u8 = 85;
const THUMBNAIL_QUALITY: u8 = 78;

/// A photo as it is kept: JPEG, upright, with nothing in it but the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrawn {
    pub width: u32,
    pub height: u32,
    pub picture: Vec<u8>,
    pub thumbnail: Vec<u8>,
}

/// Why a photo cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("the photo is larger than {} MB; send it smaller, 2048 pixels a side are enough", MAX_BYTES >> 20)]
    TooManyBytes,
    #[error(
        "this is HEIC or AVIF, which not every browser shows; choose \"most compatible\" in the camera's settings, or send it as JPEG"
    )]
    Heif,
    #[error("this is no photo that can be read; send JPEG, PNG or WebP")]
    OtherFormat,
    #[error("the photo has {0}×{1} pixels; at most {MAX_PIXELS} together and {MAX_SIDE} a side are taken")]
    TooManyPixels(u32, u32),
    #[error("the photo is drawn in more than {MAX_SCANS} passes; save it anew and send that")]
    TooManyScans,
    #[error("the photo is damaged; take it again, or send another one")]
    Damaged,
}

/// Tells whether two files are the same.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Decodes a photo, turns it upright, makes it small enough, and draws it anew.
pub fn redraw(bytes: &[u8]) -> Result<Redrawn, Unfit> {
    if bytes.len() > MAX_BYTES {
        return Err(Unfit::TooManyBytes);
    }
    let format = format_of(bytes)?;
    if format == ImageFormat::Jpeg {
        if scans(bytes) > MAX_SCANS {
            return Err(Unfit::TooManyScans);
        }
        // The decoder would paint what did not come grey.
        if !is_whole_jpeg(bytes) {
            return Err(Unfit::Damaged);
        }
    }
    // Of a decoder that panics at a file, nothing is left but that the file was no good.
    catch_unwind(AssertUnwindSafe(|| drawn(bytes, format))).unwrap_or(Err(Unfit::Damaged))
}

/// What a file is, by its first bytes.
fn format_of(bytes: &[u8]) -> Result<ImageFormat, Unfit> {
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(format),
        _ if bytes.get(4..8) == Some(b"ftyp") => Err(Unfit::Heif),
        _ => Err(Unfit::OtherFormat),
    }
}

/// The beginnings of passes, those of embedded previews among them: in a pass itself no `ff da` can be.
fn scans(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| *pair == [0xff, 0xda]).count()
}

/// Whether a JPEG has its end: the marker of it (`ff d9`) that is not one of an embedded preview. What lies in a segment is stepped
/// over by its length; in a pass `ff` stands only before what is no marker (`00`, restarts) or the next one.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(ff) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff)) {
        at += ff + 1;
        match bytes.get(at) {
            None => return false,
            Some(0xd9) => return true,
            // Fill bytes: the marker comes after the last of them.
            Some(0xff) => {}
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(_) => match bytes.get(at + 1..at + 3) {
                Some(length) => at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]])),
                None => return false,
            },
        }
    }
    false
}

fn drawn(bytes: &[u8], format: ImageFormat) -> Result<Redrawn, Unfit> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(2 * MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unfit::Damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_SIDE || height > MAX_SIDE || pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(Unfit::TooManyPixels(width, height));
    }
    if pixels == 0 {
        return Err(Unfit::Damaged);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|_| Unfit::Damaged)?;
    let mut kept = within(whole, KEPT_SIDE);
    kept.apply_orientation(orientation);
    let kept = opaque(kept);
    let (width, height) = kept.dimensions();
    let picture = jpeg(&kept, KEPT_QUALITY)?;
    let small = within(DynamicImage::ImageRgb8(kept), THUMBNAIL_SIDE).into_rgb8();
    Ok(Redrawn { width, height, picture, thumbnail: jpeg(&small, THUMBNAIL_QUALITY)? })
}

/// The same picture with no side longer than that.
fn within(picture: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let longer = width.max(height);
    if longer <= side {
        return picture;
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side)).div_ceil(u64::from(longer)) as u32;
    picture.thumbnail_exact(scaled(width), scaled(height))
}

/// The same picture on white.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let clear = picture.into_rgba8();
    RgbImage::from_fn(clear.width(), clear.height(), |x, y| {
        let [red, green, blue, alpha] = clear.get_pixel(x, y).0;
        let on_white = |colour: u8| {
            let (colour, alpha) = (u32::from(colour), u32::from(alpha));
            ((colour * alpha + 255 * (255 - alpha)) / 255) as u8
        };
        image::Rgb([red, green, blue].map(on_white))
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|_| Unfit::Damaged)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageEncoder, Rgba, RgbaImage};

    /// Red to the left, blue to the right.
    fn two_halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| image::Rgb(if x < width / 2 { [250, 10, 10] } else { [10, 10, 250] }))
    }

    /// A JPEG with an EXIF block that says how to turn it, and a place.
    fn with_exif(picture: &RgbImage, orientation: u8) -> Vec<u8> {
        let mut plain = Vec::new();
        JpegEncoder::new_with_quality(&mut plain, 95)
            .encode(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
            .unwrap();
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        // ImageDescription, four letters.
        exif.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 4, b'h', b'o', b'm', b'e', 0, 0, 0, 0]);
        let mut out = plain[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend((exif.len() as u16 + 2).to_be_bytes());
        out.extend(&exif);
        out.extend(&plain[2..]);
        out
    }

    fn decoded(bytes: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    fn is_red(picture: &RgbImage, x: u32, y: u32) -> bool {
        let [red, _, blue] = picture.get_pixel(x, y).0;
        red > 200 && blue < 60
    }

    #[test]
    fn photos_stand_upright_and_say_nothing() {
        // Where the red half of the picture ends up for each value of EXIF's orientation (2 to 4: mirrored, upside down).
        let red = [
            (1, (4, 32)),
            (2, (60, 32)),
            (3, (60, 32)),
            (4, (4, 32)),
            (5, (32, 4)),
            (6, (32, 4)),
            (7, (32, 60)),
            (8, (32, 60)),
        ];
        for (orientation, (x, y)) in red {
            let sent = with_exif(&two_halves(64, 64), orientation);
            assert!(sent.windows(4).any(|part| part == b"home"));
            let kept = redraw(&sent).unwrap();
            let picture = decoded(&kept.picture);
            assert!(is_red(&picture, x, y) && !is_red(&picture, 63 - x, 63 - y), "{orientation}");
            for bytes in [&kept.picture, &kept.thumbnail] {
                assert!(!bytes.windows(4).any(|part| part == b"home" || part == b"Exif"), "{orientation}");
            }
        }
        let turned = redraw(&with_exif(&two_halves(64, 32), 6)).unwrap();
        assert_eq!((turned.width, turned.height), (32, 64));
    }

    #[test]
    fn large_photos_become_small_enough() {
        let kept = redraw(&with_exif(&two_halves(3000, 1000), 1)).unwrap();
        assert_eq!((kept.width, kept.height), (2048, 683));
        assert_eq!(decoded(&kept.thumbnail).dimensions(), (320, 107));
        let thin = redraw(&with_exif(&two_halves(5000, 1), 1)).unwrap();
        assert_eq!((thin.width, thin.height), (2048, 1));
    }

    #[test]
    fn a_photo_that_did_not_come_whole_is_damaged() {
        let noise =
            RgbImage::from_fn(200, 200, |x, y| image::Rgb([(x * 7 + y * 13) as u8, (x ^ y) as u8, (x * y) as u8]));
        let whole = with_exif(&noise, 1);
        assert!(redraw(&whole).is_ok());
        for part in [whole.len() / 4, whole.len() / 2, whole.len() - 1] {
            assert_eq!(redraw(&whole[..part]), Err(Unfit::Damaged), "{part} of {}", whole.len());
        }
        // The end of an embedded preview is not the photo's; what comes after the end is of no matter.
        let preview = [&[0xff, 0xd8, 0xff, 0xe2, 0, 6, 0xff, 0xd8, 0xff, 0xd9][..], &whole[2..]].concat();
        assert!(redraw(&preview).is_ok());
        assert_eq!(redraw(&preview[..preview.len() / 2]), Err(Unfit::Damaged));
        assert!(redraw(&[&whole[..], b"what a program added"].concat()).is_ok());
    }

    #[test]
    fn what_is_clear_becomes_white() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png).write_image(&clear, 8, 8, ExtendedColorType::Rgba8).unwrap();
        assert_eq!(decoded(&redraw(&png).unwrap().picture).get_pixel(3, 3).0, [255, 255, 255]);
        let mut webp = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut webp)
            .write_image(&clear, 8, 8, ExtendedColorType::Rgba8)
            .unwrap();
        assert_eq!(redraw(&webp).map(|kept| (kept.width, kept.height)), Ok((8, 8)));
    }

    #[test]
    fn what_is_no_photo_is_refused_before_it_is_decoded() {
        assert_eq!(redraw(b""), Err(Unfit::OtherFormat));
        assert_eq!(redraw(b"<svg onload=alert(1)>"), Err(Unfit::OtherFormat));
        assert_eq!(redraw(b"GIF89a\x01\0\x01\0"), Err(Unfit::OtherFormat));
        assert_eq!(redraw(b"\0\0\0\x18ftypheic\0\0\0\0"), Err(Unfit::Heif));
        assert_eq!(redraw(&vec![0xff; MAX_BYTES + 1]), Err(Unfit::TooManyBytes));
        let mut lying = with_exif(&two_halves(64, 64), 1);
        let frame = lying.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        lying[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
        assert_eq!(redraw(&lying), Err(Unfit::TooManyPixels(30_000, 30_000)));
        let mut passes = with_exif(&two_halves(64, 64), 1);
        passes.extend([0xff, 0xda].repeat(MAX_SCANS));
        assert_eq!(redraw(&passes), Err(Unfit::TooManyScans));
        let cut = &with_exif(&two_halves(64, 64), 1)[..80];
        assert_eq!(redraw(cut), Err(Unfit::Damaged));
    }
}
