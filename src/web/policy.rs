/// What a page may do beyond what all may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    Nothing,
    /// Look through the camera for barcodes, with a reader in WebAssembly.
    Camera,
    /// Draw maps, in a worker.
    Map,
}

/// The content-security policy of a page: everything comes from this service, nothing is inline.
pub(super) fn of(extra: Extra) -> &'static str {
    match extra {
        Extra::Nothing => {
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        }
        Extra::Camera => {
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
             img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
             manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        }
        Extra::Map => {
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
             connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        }
    }
}

/// What of the device a page may use.
pub(super) fn permissions(extra: Extra) -> &'static str {
    match extra {
        Extra::Camera => "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
        Extra::Nothing | Extra::Map => "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
}
