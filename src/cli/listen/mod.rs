//! `commflow listen`: follows the event stream, and forwards each event to a local program as a webhook delivery.
//!
//! The stream is read by [`follow`] and taken apart by [`sse`]; what goes out is signed and sent by [`forward`].

mod follow;
mod forward;
pub mod sse;

use crate::cli::Failure;
use crate::cli::parsed;
use crate::desk::webhooks::EventPattern;
use crate::desk::webhooks::Secret;
use crate::types::error::Error;
use crate::types::signature;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use follow::Follow;
use forward::Forward;
use reqwest::Certificate;
use reqwest::Client;
use reqwest::redirect::Policy;
use std::time::Duration;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

const EXAMPLES: &str = "\
Examples:
  commflow listen --forward http://localhost:3000/webhooks --key cf_…
  COMMFLOW_KEY=cf_… commflow listen --forward localhost:3000/webhooks --events 'ticket.*,contact.created'
  commflow listen --server https://desk.example.com --forward localhost:3000/webhooks --secret whsec_…";

/// How long a connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// The server shows a sign of life every 15 s: after three of them missed it is gone.
const SILENCE_MAX: Duration = Duration::from_secs(50);
/// Bytes of a new secret.
const SECRET_BYTES: usize = 32;

/// Follows the event stream, and forwards each event to a local program as a webhook delivery.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Listen {
    /// Where each event is sent to, as a POST with the headers of a webhook delivery.
    #[arg(long, env = "COMMFLOW_FORWARD", value_name = "URL", value_parser = address)]
    forward: String,
    /// Which events, as webhooks name them: ticket.created, message.created.note, ticket.*, *. May be given more than once.
    #[arg(long, env = "COMMFLOW_EVENTS", value_name = "EVENT,…", value_delimiter = ',', default_value = "*",
        value_parser = parsed::<EventPattern>)]
    events: Vec<EventPattern>,
    /// The server.
    #[arg(long, env = "COMMFLOW_SERVER", value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = address)]
    server: String,
    /// An API key with the scope `read`.
    #[arg(long, env = "COMMFLOW_KEY", value_name = "cf_…", hide_env_values = true)]
    key: Option<String>,
    /// What deliveries are signed with [default: a new one].
    #[arg(long, env = "COMMFLOW_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = secret)]
    secret: Option<String>,
}

/// A parser of clap, for addresses with or without `http://`.
fn address(text: &str) -> Result<String, String> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let is_good = url::Url::parse(&full).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    is_good.then_some(full).ok_or_else(|| "must be an address such as http://localhost:3000/webhooks".to_owned())
}

/// A parser of clap, for what webhooks take as a secret.
fn secret(text: &str) -> Result<String, String> {
    parsed::<Secret>(text).map(|_| text.to_owned())
}

impl Listen {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no key or it is refused, the server can't be reached at first, or the feed can't be followed any more.
    pub fn run(self) -> Result<(), Failure> {
        let key = self.key.filter(|key| !key.is_empty()).ok_or_else(|| {
            let message = "This needs an API key: --key cf_…, or the variable COMMFLOW_KEY. \
                Make one: commflow key create --user you@example.com --scopes read";
            Failure::new(Failure::USAGE, message)
        })?;
        let secret = self.secret.map_or_else(new_secret, Ok)?;
        let client = client()?;
        eprintln!("Forwarding to {}. Ctrl-C stops it.", self.forward);
        eprintln!("Deliveries are signed with {secret}");
        let forward = Forward::new(client.clone(), self.forward, &secret);
        let mut follow = Follow::new(client, &self.server, key, &self.events, forward);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
            let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
            tokio::select! {
                _ = terminate.recv() => Ok(()),
                _ = interrupt.recv() => Ok(()),
                failure = follow.run() => Err(failure),
            }
        })
    }
}

fn new_secret() -> Result<String, Failure> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(format!("{}{}", signature::ENCODED, STANDARD.encode(bytes)))
}

/// What speaks HTTP, straight to whom it is told to.
fn client() -> Result<Client, Failure> {
    // Who has installed one already, has installed the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    // A machine without certificates of its own trusts those that browsers do.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|root| Certificate::from_der(root).ok());
    let client = Client::builder()
        .user_agent(concat!("CommFlow/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_PATIENCE)
        .read_timeout(SILENCE_MAX)
        .tls_certs_merge(roots)
        .build();
    Ok(client.map_err(Error::internal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_scheme_but_a_host() {
        assert_eq!(address("localhost:3000/hook").as_deref(), Ok("http://localhost:3000/hook"));
        assert_eq!(address("https://desk.example.com").as_deref(), Ok("https://desk.example.com"));
        for broken in ["", "ftp://x", "http://", "://x"] {
            assert!(address(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_new_secret_is_one_that_webhooks_take() {
        let new = new_secret().unwrap();
        assert_eq!(secret(&new).as_ref(), Ok(&new));
        assert_eq!(signature::key_bytes(&new).len(), SECRET_BYTES);
    }

    #[test]
    fn the_client_can_be_built_however_often() {
        assert!(client().is_ok() && client().is_ok());
    }
}
