use actix_web::{
    HttpRequest,
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _},
    web::Bytes,
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `web/` was built to. A debug binary reads it from there, a release binary holds it.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// How a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As it is.
    Plain,
    /// As gzip, where there is such a file.
    Gzip,
}

impl Packing {
    /// What the browser can read.
    pub(super) fn accepted(request: &HttpRequest) -> Self {
        if !request.headers().contains_key(header::ACCEPT_ENCODING) {
            return Self::Plain;
        }
        let offered = [Encoding::gzip(), Encoding::identity()];
        let best = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(offered.iter()));
        if best == Some(Encoding::Known(ContentEncoding::Gzip)) { Self::Gzip } else { Self::Plain }
    }
}

/// A file of the pages.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Bytes,
    pub(super) packed: bool,
    pub(super) etag: String,
    pub(super) media_type: &'static str,
}

/// Looks a file up. Names never lead out of the folder: what is not in it is not found.
pub(super) fn find(name: &str, packing: Packing) -> Option<Found> {
    let media_type = media_type(name)?;
    if name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return None;
    }
    let packed = (packing == Packing::Gzip).then(|| Built::get(&format!("{name}.gz"))).flatten();
    let (file, packed) = match packed {
        Some(file) => (file, true),
        None => (Built::get(name)?, false),
    };
    let etag = etag(&file);
    let bytes = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(Found { bytes, packed, etag, media_type })
}

fn etag(file: &EmbeddedFile) -> String {
    let digest = u128::from_be_bytes(*file.metadata.sha256_hash().first_chunk().expect("a digest has 32 bytes"));
    format!("\"{digest:032x}\"")
}

/// What the pages are made of; nothing else is given out.
fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_pages_parts_is_given_out() {
        for name in [
            "../Cargo.toml",
            "assets/../../Cargo.toml",
            "/etc/passwd",
            ".gitignore",
            "assets/",
            "x.map",
            "",
            "assets/../courier.html",
            "/courier.html",
        ] {
            assert!(find(name, Packing::Plain).is_none(), "{name}");
            assert!(find(name, Packing::Gzip).is_none(), "{name}");
        }
    }
}
