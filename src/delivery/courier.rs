//! The courier: makes one signed request at a time to a receiver, however it behaves. It runs on a thread of its own.
//!
//! No redirect is followed and no proxy of the environment is used: both would lead where nobody has looked.

use crate::delivery::names::Guarded;
use crate::delivery::names::Lookup;
use crate::delivery::verdict::Receipt;
use crate::desk::webhooks;
use crate::desk::webhooks::TargetRule;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::signature;
use crate::types::text::WebAddress;
use crate::types::time::Time;
use reqwest::Client;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use std::error::Error as _;
use std::time::Duration;
use std::time::Instant;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout_at;

/// Until there is a connection.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// Bytes of an answer's body that are read and kept.
const BODY_MAX: usize = 4 * 1024;
/// Fields of an answer's head; more end it.
const FIELDS_MAX: usize = 64;
/// A connection that is not used for so long is closed: well before receivers do so, many after 5 seconds and some after 2, for
/// a request that meets such an end is lost.
const IDLE: Duration = Duration::from_secs(1);
/// Look-ups of names that may be under way: the system's lookup blocks a thread each.
const LOOKUPS_MAX: usize = 64;

/// What is to be brought where.
pub struct Letter {
    /// The receiver's address.
    pub url: WebAddress,
    /// The same for every attempt: receivers tell by it what they have seen before.
    pub id: String,
    /// When it is sent.
    pub at: Time,
    /// The bytes that sign: one signature for each.
    pub keys: Vec<Vec<u8>>,
    /// The body, as it was signed.
    pub body: bytes::Bytes,
}

/// Makes requests. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    client: Client,
    handle: Handle,
    targets: TargetRule,
    patience: Duration,
}

/// The thread that a courier runs on.
pub struct Thread {
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Thread {
    /// Drops what is under way, and ends.
    pub fn stop(self) {
        drop(self.stop);
        drop(self.thread.join());
    }
}

impl Courier {
    /// Starts a courier that goes where `targets` allows, and finds names with `lookup`. From the look-up of the name to the
    /// last byte that is kept of the answer it waits for `patience`.
    ///
    /// # Errors
    /// When there is no thread to be had, or the HTTP client can't be set up.
    pub fn start(targets: TargetRule, lookup: Lookup, patience: Duration) -> Result<(Self, Thread)> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(LOOKUPS_MAX)
            .build()
            .map_err(Error::internal)?;
        let handle = runtime.handle().clone();
        let client = client(Guarded { lookup, rule: targets })?;
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            drop(runtime.block_on(stopped));
            // A look-up may block for long, and nobody waits for it any more.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("courier".to_owned()).spawn(run).map_err(Error::internal)?;
        Ok((Self { client, handle, targets, patience }, Thread { stop, thread }))
    }

    /// Brings a letter in the background, and tells `done` what came back.
    pub fn send(&self, letter: Letter, done: impl FnOnce(Receipt) + Send + 'static) {
        let courier = self.clone();
        self.handle.spawn(async move { done(courier.bring(letter).await) });
    }

    /// Brings a letter, and waits for what comes back.
    ///
    /// # Errors
    /// When the server is stopping.
    pub async fn deliver(&self, letter: Letter) -> Result<Receipt> {
        let courier = self.clone();
        let brought = self.handle.spawn(async move { courier.bring(letter).await });
        brought.await.map_err(|_| Error::unavailable("The server is stopping."))
    }

    async fn bring(&self, letter: Letter) -> Receipt {
        let begun = Instant::now();
        let mut receipt = self.exchange(letter, begun + self.patience).await;
        receipt.duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        receipt
    }

    async fn exchange(&self, letter: Letter, deadline: Instant) -> Receipt {
        // An address that is no name is asked of no resolver.
        if let Err(refused) = webhooks::check_target(&letter.url, self.targets) {
            return Receipt { error: Some(format!("the URL {}", refused.message)), ..Receipt::default() };
        }
        let signatures: Vec<String> =
            letter.keys.iter().map(|key| signature::sign(key, &letter.id, letter.at.unix(), &letter.body)).collect();
        let request = self
            .client
            .post(letter.url.as_str())
            .header("content-type", "application/json")
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", letter.at.unix())
            .header("webhook-signature", signatures.join(" "))
            .body(letter.body);
        let mut response = match timeout_at(deadline.into(), request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Receipt { error: Some(told(&error)), ..Receipt::default() },
            Err(_) => {
                let error = Some(format!("no answer within {} seconds", self.patience.as_secs_f32()));
                return Receipt { error, ..Receipt::default() };
            }
        };
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after_s = retry_after.and_then(|text| pause(text.trim(), letter.at));
        let status = Some(response.status().as_u16());
        let body = beginning(&mut response, deadline).await;
        let text = String::from_utf8_lossy(&body).replace('\0', "\u{fffd}");
        Receipt { status, body: Some(text).filter(|text| !text.is_empty()), retry_after_s, ..Receipt::default() }
    }
}

/// The beginning of a body, as far as it comes in time. What is beyond it is not read: the connection is closed.
async fn beginning(response: &mut reqwest::Response, deadline: Instant) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout_at(deadline.into(), response.chunk()).await {
        body.extend(chunk.iter().take(BODY_MAX - body.len()));
        if body.len() == BODY_MAX {
            break;
        }
    }
    body
}

/// The seconds of `Retry-After`, which may also name a time (RFC 9110, 10.2.3).
fn pause(text: &str, now: Time) -> Option<i64> {
    let seconds = text.parse().ok().filter(|seconds| *seconds >= 0);
    seconds.or_else(|| {
        let time = chrono::DateTime::parse_from_rfc2822(text).ok()?;
        Some(Time::from_unix(time.timestamp()).since(now).max(0))
    })
}

/// What went wrong, down to its cause: "connection refused" says more than "error sending request".
fn told(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(one) = cause {
        let text = one.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = one.source();
    }
    if parts.is_empty() { "the request could not be sent".to_owned() } else { parts.join(": ") }
}

fn client(names: Guarded) -> Result<Client> {
    // Ring, and nothing else; somebody may have chosen it before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let roots =
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| reqwest::Certificate::from_der(der).ok());
    Client::builder()
        .user_agent(concat!("CommFlow/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .dns_resolver(names)
        .tls_certs_merge(roots)
        .connect_timeout(CONNECT_DEADLINE)
        .pool_idle_timeout(IDLE)
        .http1_max_headers(FIELDS_MAX)
        .tcp_nodelay(true)
        .build()
        .map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_named_in_seconds_or_as_a_time() {
        let now: Time = "2026-01-15T10:00:00Z".parse().unwrap();
        assert_eq!(pause("120", now), Some(120));
        assert_eq!(pause("Thu, 15 Jan 2026 10:01:30 GMT", now), Some(90));
        assert_eq!(pause("Thu, 15 Jan 2026 09:00:00 GMT", now), Some(0));
        assert_eq!([pause("-5", now), pause("soon", now), pause("", now)], [None; 3]);
    }
}
