//! What a picture is by its content, and the picture without what it does not need.

use img_parts::{
    Bytes, DynImage,
    jpeg::{Jpeg, JpegSegment, markers},
    png::{Png, PngChunk},
    riff::RiffContent,
    webp::{CHUNK_ALPH, CHUNK_VP8, CHUNK_VP8L, CHUNK_VP8X, WebP},
};

/// Pixels of a picture at most: more is no photo of a handheld, but may be a bomb for whoever looks at it.
pub(super) const PIXELS_MAX: u64 = 50_000_000;
/// Pixels on a side at most.
const SIDE_MAX: u32 = 16_384;

/// What kind of picture it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, not moving.
    WebP,
}

impl MediaType {
    /// Its name on the internet.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// Reads such a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::WebP].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Why bytes are no evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageFault {
    /// Another kind of file.
    #[error("the content is neither JPEG nor PNG nor WebP: send a photo, or a signature as PNG")]
    NotAnImage,
    /// It breaks off or breaks its format's rules.
    #[error("the picture is truncated or damaged: take it again")]
    Damaged,
    /// It moves.
    #[error("the picture is animated: send a single picture")]
    Animated,
    /// It is too large to be looked at.
    #[error("the picture has {width} × {height} pixels: at most 16384 on a side and 50 million in all are accepted")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
}

/// The picture in `bytes` without metadata, the same for the same bytes.
///
/// What is left of a JPEG: its frame, tables and scans, the marks that say how its colours are coded, and which side is up.
/// Of a PNG: the chunks by which it is drawn. Of a WebP: the picture and its transparency.
///
/// # Errors
/// [`ImageFault`].
pub fn strip(bytes: &[u8]) -> Result<(MediaType, Vec<u8>), ImageFault> {
    let image = match DynImage::from_bytes(Bytes::copy_from_slice(bytes)) {
        Ok(Some(image)) => image,
        Ok(None) => return Err(ImageFault::NotAnImage),
        Err(_) => return Err(ImageFault::Damaged),
    };
    match image {
        DynImage::Jpeg(jpeg) => Ok((MediaType::Jpeg, strip_jpeg(jpeg)?)),
        DynImage::Png(png) => Ok((MediaType::Png, strip_png(png)?)),
        DynImage::WebP(webp) => Ok((MediaType::WebP, strip_webp(webp)?)),
    }
}

fn check_size(width: u32, height: u32) -> Result<(), ImageFault> {
    if width == 0 || height == 0 {
        return Err(ImageFault::Damaged);
    }
    if width.max(height) > SIDE_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(ImageFault::TooManyPixels { width, height });
    }
    Ok(())
}

/// Application marks and comments may hold anything; of the first only the one that says how colours are coded is needed.
fn is_needed_in_jpeg(marker: u8) -> bool {
    !matches!(marker, markers::APP0..=markers::APP15 | markers::COM) || marker == markers::APP14
}

fn strip_jpeg(mut jpeg: Jpeg) -> Result<Vec<u8>, ImageFault> {
    let (width, height) = jpeg.dimensions().ok_or(ImageFault::Damaged)?;
    check_size(width.into(), height.into())?;
    let exif = jpeg
        .segments()
        .iter()
        .find_map(|segment| orientation(segment.contents()).filter(|_| segment.marker() == markers::APP1));
    let Some(scan) = jpeg.segments().iter().position(JpegSegment::has_entropy) else { return Err(ImageFault::Damaged) };
    let tail = jpeg.segments()[scan].clone().encoder().bytes();
    // Everything from the first scan on, whose own header is needed.
    let head = 2 + 2 + jpeg.segments()[scan].contents().len();
    let tail = strip_scans(&tail, head)?;
    jpeg.segments_mut().truncate(scan);
    jpeg.segments_mut().retain(|segment| is_needed_in_jpeg(segment.marker()));
    if let Some(orientation) = exif {
        jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::APP1, upright(orientation)));
    }
    let mut stripped = jpeg.encoder().bytes().to_vec();
    // Without a scan the encoder has closed the picture already.
    if stripped.ends_with(&[markers::P, markers::EOI]) {
        stripped.truncate(stripped.len() - 2);
    }
    stripped.extend(tail);
    Ok(stripped)
}

/// The scans of a JPEG up to its end, without what may hide between them; what comes after the end is dropped.
fn strip_scans(bytes: &[u8], head: usize) -> Result<Vec<u8>, ImageFault> {
    let mut kept = bytes.get(..head).ok_or(ImageFault::Damaged)?.to_vec();
    let mut rest = &bytes[head..];
    loop {
        let place =
            rest.windows(2).position(|pair| pair[0] == markers::P && is_marker(pair[1])).ok_or(ImageFault::Damaged)?;
        kept.extend(&rest[..place]);
        let marker = rest[place + 1];
        if marker == markers::EOI {
            kept.extend([markers::P, markers::EOI]);
            return Ok(kept);
        }
        let length = rest.get(place + 2..place + 4).ok_or(ImageFault::Damaged)?;
        let end = place + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment = rest.get(place..end).filter(|segment| segment.len() >= 4).ok_or(ImageFault::Damaged)?;
        if is_needed_in_jpeg(marker) {
            kept.extend(segment);
        }
        rest = &rest[end..];
    }
}

/// Whether the byte behind 0xFF within a scan is a mark: neither a stuffed byte, nor filling, nor a restart.
fn is_marker(byte: u8) -> bool {
    !matches!(byte, 0x00 | 0x01 | 0xD0..=0xD7 | 0xFF)
}

/// Which side is up, by EXIF's tag 0x0112 of the first directory.
fn orientation(contents: &[u8]) -> Option<u8> {
    let tiff = contents.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let pair = [*tiff.get(at)?, *tiff.get(at.checked_add(1)?)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let (high, low) = if little { (6, 4) } else { (4, 6) };
    let directory = usize::from(short(high)?) << 16 | usize::from(short(low)?);
    (0..usize::from(short(directory)?.min(512)))
        .map(|entry| directory + 2 + 12 * entry)
        .find(|entry| short(*entry) == Some(0x0112))
        .and_then(|entry| short(entry + 8))
        .and_then(|orientation| u8::try_from(orientation).ok())
        .filter(|orientation| (2..=8).contains(orientation))
}

/// The smallest EXIF that says which side is up.
fn upright(orientation: u8) -> Bytes {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.push(orientation);
    exif.extend([0; 6]);
    exif.into()
}

fn strip_png(mut png: Png) -> Result<Vec<u8>, ImageFault> {
    let (width, height) = png.dimensions().ok_or(ImageFault::Damaged)?;
    check_size(width, height)?;
    let is = |chunk: &PngChunk, kind: &[u8; 4]| chunk.kind() == *kind;
    let chunks = png.chunks();
    let whole = chunks.first().is_some_and(|chunk| is(chunk, b"IHDR"))
        && chunks.last().is_some_and(|chunk| is(chunk, b"IEND"))
        && chunks.iter().any(|chunk| is(chunk, b"IDAT"));
    if !whole {
        return Err(ImageFault::Damaged);
    }
    if chunks.iter().any(|chunk| is(chunk, b"acTL")) {
        return Err(ImageFault::Animated);
    }
    png.chunks_mut().retain(|chunk| {
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM"].iter().any(|kind| is(chunk, kind))
    });
    Ok(png.encoder().bytes().to_vec())
}

fn strip_webp(mut webp: WebP) -> Result<Vec<u8>, ImageFault> {
    let (width, height) = webp.dimensions().ok_or(ImageFault::Damaged)?;
    check_size(width, height)?;
    if webp.has_chunk(*b"ANIM") || webp.has_chunk(*b"ANMF") {
        return Err(ImageFault::Animated);
    }
    if !webp.has_chunk(CHUNK_VP8) && !webp.has_chunk(CHUNK_VP8L) {
        return Err(ImageFault::Damaged);
    }
    webp.chunks_mut().retain(|chunk| [CHUNK_VP8, CHUNK_VP8L, CHUNK_VP8X, CHUNK_ALPH].contains(&chunk.id()));
    for chunk in webp.chunks_mut() {
        if chunk.id() == CHUNK_VP8X
            && let RiffContent::Data(data) = chunk.content_mut()
        {
            // Of the flags only that of transparency still holds.
            let mut flags = data.to_vec();
            *flags.first_mut().ok_or(ImageFault::Damaged)? &= 0b0001_0000;
            *data = flags.into();
        }
    }
    Ok(webp.encoder().bytes().to_vec())
}
