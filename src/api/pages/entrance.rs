//! Where somebody comes in: a new session for a browser, and the page to go on to.

use crate::api::border::context::Context;
use crate::api::border::page;
use crate::api::border::session_cookie;
use crate::desk::secrets;
use crate::desk::sessions;
use crate::desk::sessions::Browser;
use crate::desk::users::UserId;
use crate::store::tx::Tx;
use crate::types::Result;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;

/// Longest path that is gone on to.
const NEXT_MAX: usize = 2_000;

/// A session to be.
#[derive(Clone)]
pub struct Entrance {
    /// The secret of the session: a new one each time, so that nobody can know it before.
    pub token: String,
    /// Who is to hold it.
    pub browser: Browser,
}

impl Entrance {
    /// For the browser that sends this request.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn of(request: &HttpRequest, context: &Context) -> Result<Self> {
        let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let earlier = session_cookie::token(request, &context.settings).map(|token| secrets::hash(&token));
        let address = context.address(request).to_string();
        let browser = Browser { user_agent: user_agent.map(str::to_owned), address, earlier };
        Ok(Self { token: secrets::generate("")?, browser })
    }

    /// Begins the session.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn begin(&self, tx: &Tx, user: UserId) -> Result<()> {
        sessions::begin(tx, user, &self.token, &self.browser)
    }

    /// Hands the session over, and leads on.
    pub fn open(self, request: &HttpRequest, context: &Context, next: &str) -> HttpResponse {
        let mut response = page::elsewhere(next);
        let cookie = session_cookie::keep(request, &context.settings, self.token);
        // Name and value are ours, and stand in any header.
        drop(response.add_cookie(&cookie));
        response
    }
}

/// The path if it is one on this server, and nothing that a browser might take for another; else the first page.
pub fn own_path(text: &str) -> &str {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~?&=%+:,@!$'()*;#".contains(&byte);
    let is_own = text.starts_with('/') && !text.contains("//") && text.len() <= NEXT_MAX && text.bytes().all(is_safe);
    if is_own { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_server() {
        for path in ["/", "/conversations/conv_001", "/tickets?status=open&q=a%20b#x", "/search?q=%2F%2Fevil.example"] {
            assert_eq!(own_path(path), path);
        }
        for elsewhere in [
            "",
            "conversations",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            "/a//b",
            "/\u{202e}",
            "/\u{0}",
            "//",
            "/ /evil.example",
            "/<script>",
            "/\"",
            "data:text/html,x",
            ".",
            "@evil.example",
        ] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(own_path(&format!("/{}", "x".repeat(NEXT_MAX))), "/");
    }
}
