/// What is shown in the place of every page as long as the pages are not built.
pub(super) const PAGE: &str = "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Conthoi</title></head><body>\
<h1>Trang chưa được dựng</h1><p>Máy chủ này được biên dịch mà chưa dựng các trang. Cần Node.js từ 20.19: chạy <code>make web</code> \
trong thư mục mã nguồn, rồi biên dịch lại.</p>\
<div lang=\"en\"><h2>The pages are not built</h2><p>This binary was compiled without its pages. With Node.js 20.19 or later, run \
<code>make web</code> in the source folder and compile again; <code>make run</code> and <code>make test</code> do both. The API \
works without them: <a href=\"/docs/\">documentation</a>.</p></div></body></html>";

/// What that page may do: nothing.
pub(super) fn policy() -> &'static str {
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
