//! Pictures lose their metadata and nothing else.

use conthoi::service::{ImageFault, MediaType, strip};
use proptest::prelude::*;

use crate::support::pictures::{PLANTED, holds, jpeg, png, png_of, webp};

#[test]
fn every_place_for_metadata_is_emptied_and_the_picture_stays() {
    for (bytes, kind, parts) in [
        (jpeg(640, 480), MediaType::Jpeg, vec![&b"first\xFF\x00scan\xFF\xD0more"[..], b"second scan", b"Adobe\0"]),
        (png(40, 30, 3), MediaType::Png, vec![&b"IHDR"[..], b"IDAT", b"IEND"]),
        (webp(64, 48, false), MediaType::WebP, vec![&b"VP8L"[..], b"pixels", b"VP8X"]),
    ] {
        assert!(holds(&bytes, PLANTED));
        let (found, stripped) = strip(&bytes).unwrap();
        assert_eq!(found, kind);
        assert!(!holds(&stripped, b"PLANTED") && !holds(&stripped, b"0912345678"), "{kind:?}");
        for part in parts {
            assert!(holds(&stripped, part), "{kind:?} {:?}", String::from_utf8_lossy(part));
        }
        // Once is enough, and what comes out is a picture again.
        assert_eq!(strip(&stripped), Ok((kind, stripped.clone())));
    }
}

#[test]
fn a_photo_is_still_shown_the_right_way_up() {
    let (_, stripped) = strip(&jpeg(640, 480)).unwrap();
    assert!(
        stripped.starts_with(b"\xFF\xD8\xFF\xE1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06")
    );
    assert!(stripped.ends_with(b"\xFF\xD9"));
    assert!(!holds(&stripped, b"ABC"), "the maker of the camera is gone");
}

#[test]
fn a_pictures_transparency_is_the_only_flag_left() {
    let (_, stripped) = strip(&webp(64, 48, false)).unwrap();
    let header = stripped.windows(4).position(|window| window == b"VP8X").unwrap();
    assert_eq!(stripped[header + 8], 0b0001_0000);
}

#[test]
fn what_is_no_picture_is_refused_for_its_reason() {
    let large = |width, height| ImageFault::TooManyPixels { width, height };
    for (bytes, fault) in [
        (Vec::new(), ImageFault::NotAnImage),
        (b"hello".to_vec(), ImageFault::NotAnImage),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), ImageFault::NotAnImage),
        (b"GIF89a\x01\0\x01\0".to_vec(), ImageFault::NotAnImage),
        (b"%PDF-1.7".to_vec(), ImageFault::NotAnImage),
        (b"RIFF\x04\0\0\0WAVE".to_vec(), ImageFault::NotAnImage),
        (png_of(60_000, 60_000, b"a bomb of few bytes"), large(60_000, 60_000)),
        (png_of(10_000, 5_001, b""), large(10_000, 5_001)),
        (png_of(0, 7, b""), ImageFault::Damaged),
        (jpeg(65_535, 65_535), large(65_535, 65_535)),
        (jpeg(0, 10), ImageFault::Damaged),
        (webp(16_000, 16_000, false), large(16_000, 16_000)),
        (webp(64, 48, true), ImageFault::Animated),
    ] {
        assert_eq!(
            strip(&bytes).map(|_| ()),
            Err(fault),
            "{:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(40)])
        );
    }
}

#[test]
fn a_picture_that_breaks_off_anywhere_is_refused() {
    for bytes in [jpeg(64, 48), png(8, 8, 1), webp(64, 48, false)] {
        let (_, whole) = strip(&bytes).unwrap();
        for end in 0..whole.len() {
            assert!(strip(&whole[..end]).is_err(), "{end} of {} bytes", whole.len());
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        which in 0..3usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = strip(&noise);
        let mut bytes = [jpeg(64, 48), png(8, 8, 1), webp(64, 48, false)][which].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok((kind, stripped)) = strip(&bytes) {
            prop_assert_eq!(strip(&stripped), Ok((kind, stripped.clone())));
        }
    }
}
