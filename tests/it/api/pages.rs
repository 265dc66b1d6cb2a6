//! The landing page, the built pages or what stands in their place, compression, HEAD and OPTIONS.

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};

use super::{World, on_each};

#[actix_web::test]
async fn the_landing_page_says_what_runs() {
    on_each!(World::planned, |client, _world| {
        let answer = client.get("/about").await;
        assert_eq!(answer.status, StatusCode::OK);
        let page = String::from_utf8(answer.bytes.to_vec()).unwrap();
        for part in ["Sóc Trăng", "Synthetic season", "/docs/", "/openapi.json", "/v1/plans/2019-06-14", "estimate"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    });
}

#[actix_web::test]
async fn large_answers_are_compressed_for_those_who_can_read_it() {
    on_each!(World::imported, |client, _world| {
        let plain = client.get("/v1/sites").await;
        assert_eq!(plain.header("content-encoding"), "");
        let packed = client.send(TestRequest::get().uri("/v1/sites").insert_header(("accept-encoding", "gzip"))).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.bytes.len() < plain.bytes.len());
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed.bytes[..]), &mut unpacked).unwrap();
        assert_eq!(unpacked, plain.bytes);
    });
}

#[actix_web::test]
async fn head_and_options() {
    on_each!(World::imported, |client, _world| {
        let head = client.method(Method::HEAD, "/v1/centre").await;
        assert_eq!((head.status, head.header("content-type")), (StatusCode::OK, "application/json"));
        assert_eq!(client.method(Method::HEAD, "/v1/nothing").await.status, StatusCode::NOT_FOUND);
        let options = client.method(Method::OPTIONS, "/v1/items").await;
        assert_eq!((options.status, options.header("allow")), (StatusCode::NO_CONTENT, "GET, POST, HEAD, OPTIONS"));
    });
}

#[actix_web::test]
async fn pages_are_served_or_say_how_they_are_built() {
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist/courier.html").exists();
    on_each!(World::imported, |client, _world| {
        for path in ["/courier", "/enrol"] {
            let answer = client.get(path).await;
            let page = String::from_utf8(answer.bytes.to_vec()).unwrap();
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            if built {
                assert_eq!(answer.status, StatusCode::OK);
                assert!(page.contains("/assets/courier-"), "{page}");
                let etag = answer.header("etag").to_owned();
                let same = client.send(TestRequest::get().uri(path).insert_header(("if-none-match", etag))).await;
                assert_eq!(same.status, StatusCode::NOT_MODIFIED);
            } else {
                assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
                assert!(page.contains("make web"), "{page}");
            }
        }
        for path in ["/assets/nothing.js", "/assets/..%2f..%2fCargo.toml", "/assets/%2e%2e%2fcourier.html"] {
            assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(client.method(Method::POST, "/courier").await.status, StatusCode::METHOD_NOT_ALLOWED);
    });
}
