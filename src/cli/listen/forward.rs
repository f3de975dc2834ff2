//! One event on its way to a local program: signed as a webhook delivery is, sent once, and told of in a line.

use crate::types::signature;
use crate::types::time::Clock;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use std::time::Duration;
use std::time::Instant;

/// How long the program may take to answer: as long as a webhook may.
const PATIENCE: Duration = Duration::from_secs(15);

/// What has to be known of an event.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// Its id, which is the delivery's too.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub created_at: String,
    /// Whom it happened to.
    pub data: Subject,
}

/// The object that an event is about.
#[derive(Debug, Deserialize)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// The type of a message.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// Where events go.
pub struct Forward {
    client: Client,
    url: String,
    key: Vec<u8>,
}

impl Forward {
    /// To this address, signed with this secret.
    pub fn new(client: Client, url: String, secret: &str) -> Self {
        Self { client, url, key: signature::key_bytes(secret) }
    }

    /// Sends an event, whose JSON is `body`; the line that tells what became of it.
    pub async fn send(&self, event: &Event, body: String) -> String {
        let timestamp = Clock::System.now().unix();
        let signature = signature::sign(&self.key, &event.id, timestamp, body.as_bytes());
        let request = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &event.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .timeout(PATIENCE);
        let begun = Instant::now();
        let outcome = match request.body(body).send().await {
            Ok(answer) => told(answer.status().as_u16(), begun.elapsed().as_millis()),
            Err(cause) if cause.is_connect() => {
                format!("nothing answers on {}: start your program there. This event is not sent again", self.url)
            }
            Err(cause) if cause.is_timeout() => {
                format!("no answer within {} s: answer first, and work afterwards", PATIENCE.as_secs())
            }
            Err(_) => "the connection broke before an answer came: see what your program says".to_owned(),
        };
        format!("{}  {}  {}  {} -> {outcome}", event.created_at, event.kind, event.id, event.data.id)
    }
}

fn told(status: u16, milliseconds: u128) -> String {
    let hint = match status {
        200..=299 => "",
        300..=399 => ": a webhook follows no redirect, so forward to where it leads",
        401 | 403 => ": does your program check the signature with the secret above?",
        404 | 405 => ": does the path of --forward exist there, and take POST?",
        _ => ": your program did not take it",
    };
    format!("{status} in {milliseconds} ms{hint}")
}
