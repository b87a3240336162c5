//! Which requests come from our own pages: a check of `Host` on all, of `Origin` on whatever can change something.
//!
//! The first keeps out pages whose name was rebound to this address; the second keeps out other sites' pages, for websockets
//! know no same-origin rule of their own.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::server::AppState;

/// The hosts under which the server may be reached.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    names: Vec<String>,
    /// Bound to all addresses: any address will do as a host, for an address cannot be rebound.
    any_address: bool,
}

impl Hosts {
    pub(crate) fn new(bind: SocketAddr, names: &[String]) -> Self {
        let own = ["localhost".to_owned(), bind.ip().to_string()];
        let names = own.iter().chain(names).map(|name| bare(name)).collect();
        Self {
            names,
            any_address: bind.ip().is_unspecified(),
        }
    }

    /// Whether `host`, as in a `Host` header, is ours. The port does not matter: a forwarded port has another number.
    fn allow(&self, host: &str) -> bool {
        let Some(name) = without_port(host).map(bare) else {
            return false;
        };
        if let Ok(address) = name.parse::<IpAddr>()
            && (address.is_loopback() || self.any_address)
        {
            return true;
        }
        self.names.contains(&name)
    }
}

/// A name in lower case, without brackets and without a dot at its end.
fn bare(name: &str) -> String {
    let name = name.strip_prefix('[').unwrap_or(name);
    let name = name.strip_suffix(']').unwrap_or(name);
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// `[::1]:8000` → `[::1]`. `None` if what follows is no port.
fn without_port(host: &str) -> Option<&str> {
    let name_end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(name_end);
    let digits = port.strip_prefix(':').unwrap_or(port);
    let is_port = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_port && !name.is_empty()).then_some(name)
}

/// Refuses requests that our own pages would not send.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match check(state.hosts(), request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(hosts: &Hosts, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::new(StatusCode::FORBIDDEN, message));
    let mut all = headers.get_all(HOST).iter();
    let host = match (all.next().and_then(|host| host.to_str().ok()), all.next()) {
        (Some(host), None) => host,
        _ => return refuse("the request must name one host".to_owned()),
    };
    if !hosts.allow(host) {
        return refuse(format!(
            "this server does not go by the name `{host}`\nhint: start it with `--allow-host {}`",
            without_port(host).unwrap_or(host)
        ));
    }
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        && !headers.contains_key(UPGRADE);
    if !safe && !is_same_origin(host, headers) {
        return refuse("requests from pages of other sites are refused".to_owned());
    }
    Ok(())
}

/// Browsers always say where a websocket or an unsafe request comes from. What says nothing is no browser.
fn is_same_origin(host: &str, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return false;
    }
    headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let authority = ["http://", "https://"]
            .iter()
            .find_map(|scheme| origin.strip_prefix(scheme));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(bind: &str) -> Hosts {
        Hosts::new(bind.parse().unwrap(), &["Tutorial.example.org".to_owned()])
    }

    #[track_caller]
    fn check_host(bind: &str, host: &str, allowed: bool) {
        assert_eq!(hosts(bind).allow(host), allowed, "{host} on {bind}");
    }

    #[test]
    fn own_names() {
        for host in [
            "localhost",
            "localhost:8000",
            "LOCALHOST:1",
            "localhost.",
            "127.0.0.1:8000",
            "[::1]:8000",
            "[::1]",
            "tutorial.example.org",
            "tutorial.example.org:443",
        ] {
            check_host("127.0.0.1:8000", host, true);
        }
    }

    #[test]
    fn other_names() {
        for host in [
            "",
            ":8000",
            "evil.example",
            "localhost.evil.example",
            "localhost:8000@evil.example",
            "localhost:80a",
            "evil.example:8000",
            "192.168.1.5:8000",
            "[::1",
            "[::1]evil.example",
            "127.0.0.1.evil.example",
        ] {
            check_host("127.0.0.1:8000", host, false);
        }
    }

    #[test]
    fn bound_to_one_address() {
        check_host("192.168.1.5:8000", "192.168.1.5:8000", true);
        check_host("192.168.1.5:8000", "192.168.1.6:8000", false);
    }

    #[test]
    fn bound_to_all_addresses() {
        check_host("0.0.0.0:8000", "192.168.1.5:8000", true);
        check_host("[::]:8000", "[fe80::1]:8000", true);
        check_host("0.0.0.0:8000", "evil.example:8000", false);
    }

    #[track_caller]
    fn check_request(method: Method, headers: &[(&str, &str)], allowed: bool) {
        let mut map = HeaderMap::new();
        map.append(HOST, "localhost:8000".parse().unwrap());
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            map.append(name, value.parse().unwrap());
        }
        let result = check(&hosts("127.0.0.1:8000"), &method, &map);
        assert_eq!(result.is_ok(), allowed, "{method} {headers:?}");
    }

    #[test]
    fn reading_is_free() {
        check_request(Method::GET, &[("origin", "http://evil.example")], true);
    }

    #[test]
    fn changing_needs_our_own_origin() {
        check_request(Method::POST, &[("origin", "http://localhost:8000")], true);
        check_request(Method::POST, &[], true);
        check_request(Method::POST, &[("origin", "http://localhost:8001")], false);
        check_request(Method::POST, &[("origin", "http://localhost")], false);
        check_request(Method::POST, &[("origin", "null")], false);
        check_request(Method::DELETE, &[("origin", "http://evil.example")], false);
        check_request(
            Method::POST,
            &[("origin", "http://localhost:8000.evil.example")],
            false,
        );
        check_request(Method::POST, &[("sec-fetch-site", "cross-site")], false);
        check_request(Method::POST, &[("sec-fetch-site", "same-site")], false);
        check_request(Method::POST, &[("sec-fetch-site", "same-origin")], true);
    }

    #[test]
    fn a_websocket_needs_our_own_origin() {
        let upgrade = ("upgrade", "websocket");
        check_request(
            Method::GET,
            &[upgrade, ("origin", "http://localhost:8000")],
            true,
        );
        check_request(
            Method::GET,
            &[upgrade, ("origin", "http://evil.example")],
            false,
        );
    }

    #[test]
    fn two_hosts_or_none() {
        check_request(Method::GET, &[("host", "localhost:8000")], false);
        let none = check(&hosts("127.0.0.1:8000"), &Method::GET, &HeaderMap::new());
        assert!(none.is_err());
    }
}
