//! The base URL that a reader's own calls begin with: as the server was told, or else as the reader has come here.

use crate::api::border::context::Settings;
use crate::api::border::origin;
use actix_web::HttpRequest;
use actix_web::http::header;
use url::Url;

/// Where this reader reaches the server. Whatever a `Host` says, nothing but an address comes out.
pub fn of(request: &HttpRequest, settings: &Settings) -> String {
    let told = settings.public_url.as_deref().and_then(address);
    told.or_else(|| asked(request, settings)).unwrap_or_else(|| listening(request))
}

/// As the request says. Only a trusted proxy is believed that it was asked by way of TLS.
fn asked(request: &HttpRequest, settings: &Settings) -> Option<String> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let scheme = if origin::came_by_tls(request, settings) { "https" } else { "http" };
    let written = address(&format!("{scheme}://{host}"))?;
    // A host alone, and nothing that only begins like one.
    (Url::parse(&written).ok()?.path() == "/").then_some(written)
}

/// A URL that holds nothing but what stands safely in any text, program or page; without a slash at its end.
fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_bare = url.username().is_empty() && url.password().is_none();
    let written = url.as_str().trim_end_matches('/');
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte);
    (is_bare && written.len() <= 300 && written.bytes().all(is_safe)).then(|| written.to_owned())
}

/// The address that is listened on, for a request that names none.
fn listening(request: &HttpRequest) -> String {
    format!("http://localhost:{}", request.app_config().local_addr().port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use std::net::IpAddr;
    use std::net::SocketAddr;

    fn settings(public_url: Option<&str>) -> Settings {
        Settings {
            per_minute: 1,
            webhook_targets: crate::desk::webhooks::TargetRule::Public,
            public_url: public_url.map(str::to_owned),
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            streams_max: 1,
            max_file_size: crate::types::size::Size::mebibytes(1),
            uploads_max: 1,
            patience: crate::api::border::context::Patience::default(),
        }
    }

    fn base(host: &str, proxy: Option<&str>, public_url: Option<&str>) -> String {
        let peer: IpAddr = proxy.unwrap_or("9.9.9.9").parse().unwrap();
        let request = TestRequest::default().insert_header((header::HOST, host)).peer_addr(SocketAddr::new(peer, 1));
        of(&request.insert_header(("x-forwarded-proto", "https")).to_http_request(), &settings(public_url))
    }

    #[test]
    fn a_reader_sees_the_address_that_he_came_to() {
        assert_eq!(base("desk.example.com", None, None), "http://desk.example.com");
        assert_eq!(base("127.0.0.1:8080", None, None), "http://127.0.0.1:8080");
        assert_eq!(base("[::1]:8080", None, None), "http://[::1]:8080");
        assert_eq!(base("desk.example.com", Some("10.0.0.1"), None), "https://desk.example.com");
        assert_eq!(base("bücher.example", None, None), "http://localhost:8080");
    }

    #[test]
    fn the_public_address_comes_first_if_it_is_one() {
        assert_eq!(base("x", None, Some("https://example.com/desk/")), "https://example.com/desk");
        assert_eq!(base("x", None, Some("https://example.com/'\"")), "http://x");
        assert_eq!(base("x", None, Some("nonsense")), "http://x");
    }

    #[test]
    fn a_strange_host_is_not_shown() {
        for host in [
            "a'b", "a\"b", "a b", "<b>", "a$(id)", "a`id`", "u@a", "u:p@a", "a/b", "a?b", "a#b", "a;b", "a:b", "",
            "a\\b",
        ] {
            assert_eq!(base(host, None, None), "http://localhost:8080", "{host}");
        }
    }
}
