//! Pictures with metadata in every place where there can be some.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};

/// What must not be left of a picture.
pub(crate) const PLANTED: &[u8] = b"NGUYEN VAN PLANTED 0912345678";

fn chunk(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(contents.len()).unwrap().to_be_bytes().to_vec();
    let body = [&kind[..], contents].concat();
    chunk.extend(&body);
    chunk.extend(crc32fast::hash(&body).to_be_bytes());
    chunk
}

/// A grey PNG whose pixels depend on `seed`.
pub(crate) fn png(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::none());
    for y in 0..height {
        pixels.write_all(&[0]).unwrap();
        let row: Vec<u8> = (0..width).map(|x| u8::try_from((x * 7 + y * 13) % 251).unwrap() ^ seed).collect();
        pixels.write_all(&row).unwrap();
    }
    png_of(width, height, &pixels.finish().unwrap())
}

/// A PNG that says it is so large, with whatever pixels.
pub(crate) fn png_of(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(*b"IHDR", &header));
    png.extend(chunk(*b"eXIf", PLANTED));
    png.extend(chunk(*b"tEXt", &[b"Author\0", PLANTED].concat()));
    png.extend(chunk(*b"prVt", PLANTED));
    png.extend(chunk(*b"IDAT", pixels));
    png.extend(chunk(*b"iTXt", PLANTED));
    png.extend(chunk(*b"IEND", b""));
    png.extend(PLANTED);
    png
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xFF, marker];
    segment.extend(u16::try_from(contents.len() + 2).unwrap().to_be_bytes());
    segment.extend(contents);
    segment
}

/// A JPEG of two scans. Its EXIF says that it was held on its side.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x0f\x01\x02\0\x04\0\0\0ABC\0");
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend([0; 4]);
    exif.extend(PLANTED);
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    let mut jpeg = vec![0xFF, 0xD8];
    jpeg.extend(segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    jpeg.extend(segment(0xE1, &exif));
    jpeg.extend(segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", PLANTED].concat()));
    jpeg.extend(segment(0xED, &[b"Photoshop 3.0\0", PLANTED].concat()));
    jpeg.extend(segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"));
    jpeg.extend(segment(0xFE, PLANTED));
    jpeg.extend(segment(0xDB, &[1; 65]));
    jpeg.extend(segment(0xC2, &frame));
    jpeg.extend(segment(0xC4, &[0; 17]));
    jpeg.extend(segment(0xDA, &[1, 1, 0, 0, 0, 0]));
    jpeg.extend(b"first\xFF\x00scan\xFF\xD0more");
    jpeg.extend(segment(0xFE, PLANTED));
    jpeg.extend(segment(0xC4, &[0; 17]));
    jpeg.extend(segment(0xDA, &[1, 1, 0, 1, 63, 0]));
    jpeg.extend(b"second scan");
    jpeg.extend([0xFF, 0xD9]);
    jpeg.extend(PLANTED);
    jpeg
}

fn riff(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut chunk = kind.to_vec();
    chunk.extend(u32::try_from(contents.len()).unwrap().to_le_bytes());
    chunk.extend(contents);
    chunk.extend(vec![0; contents.len() % 2]);
    chunk
}

/// A WebP with transparency, of `width` × `height`, moving or not.
pub(crate) fn webp(width: u32, height: u32, moving: bool) -> Vec<u8> {
    let side = |pixels: u32| (pixels - 1).to_le_bytes()[..3].to_vec();
    let flags = 0b0011_1100 | if moving { 0b10 } else { 0 };
    let header = [vec![flags, 0, 0, 0], side(width), side(height)].concat();
    let bits = (width - 1) | (height - 1) << 14 | 1 << 28;
    let lossless = [vec![0x2F], bits.to_le_bytes().to_vec(), b"pixels".to_vec()].concat();
    let mut body = b"WEBP".to_vec();
    body.extend(riff(*b"VP8X", &header));
    body.extend(riff(*b"ICCP", PLANTED));
    if moving {
        body.extend(riff(*b"ANIM", &[0; 6]));
    }
    body.extend(riff(*b"VP8L", &lossless));
    body.extend(riff(*b"EXIF", PLANTED));
    body.extend(riff(*b"XMP ", PLANTED));
    let mut webp = b"RIFF".to_vec();
    webp.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    webp.extend(body);
    webp
}

/// Whether `part` is somewhere in `bytes`.
pub(crate) fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
