//! Who a reader is: a random number in a cookie, known to this server by its hash only.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};

use crate::server::AppState;

const NAME: &str = "croquant-reader";

/// A reader, as the hash of the token in the cookie. Comparing hashes tells nothing about tokens, however long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reader([u8; 32]);

impl Reader {
    fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    pub(crate) fn hash(self) -> [u8; 32] {
        self.0
    }
}

/// Gives every request its [`Reader`], and every new reader a cookie.
pub(crate) async fn identify(
    State(_): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(reader) = token_of(request.headers()).map(Reader::of) {
        request.extensions_mut().insert(reader);
        return next.run(request).await;
    }
    let token = new_token();
    request.extensions_mut().insert(Reader::of(&token));
    let mut response = next.run(request).await;
    let cookie = format!("{NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000");
    let cookie = HeaderValue::try_from(cookie).expect("hexadecimal digits are a valid header");
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// The token in the request's cookies, if it has the form of one that we gave.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .map(|(_, token)| token)
        .find(|token| token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// 256 random bits in hexadecimal digits.
fn new_token() -> String {
    hex(&random::<32>())
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cookies: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        assert_eq!(token_of(&headers), expected);
    }

    #[test]
    fn finds_the_token_among_other_cookies() {
        let token = "0123456789abcdef".repeat(4);
        let ours = format!("croquant-reader={token}");
        check(&[&ours], Some(&token));
        check(&[&format!("a=b; {ours}; c=d")], Some(&token));
        check(&["a=b", &ours], Some(&token));
    }

    #[test]
    fn refuses_what_we_never_gave() {
        check(&[], None);
        check(&["croquant-reader="], None);
        check(&["croquant-reader=abc"], None);
        check(&[&format!("croquant-reader={}", "z".repeat(64))], None);
        check(&[&format!("other={}", "a".repeat(64))], None);
    }

    #[test]
    fn tokens_differ() {
        let (one, other) = (new_token(), new_token());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert_ne!(Reader::of(&one), Reader::of(&other));
    }
}
