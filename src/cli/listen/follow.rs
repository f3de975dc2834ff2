//! The event stream from the client's side: what it asks for, what it forwards, and how it comes back after a break.

use crate::cli::Failure;
use crate::cli::listen::forward::Event;
use crate::cli::listen::forward::Forward;
use crate::cli::listen::forward::Subject;
use crate::cli::listen::sse::Block;
use crate::cli::listen::sse::Parser;
use crate::desk::webhooks::EventPattern;
use reqwest::Client;
use reqwest::Response;
use reqwest::StatusCode;
use std::io::Write;
use std::time::Duration;

/// The first pause before coming back, which doubles with each attempt in vain,
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// What narrows `message.created` to one type of message.
const NARROW: &str = "message.created.";

/// A stream that is followed.
pub struct Follow {
    client: Client,
    server: String,
    url: String,
    key: String,
    patterns: Vec<String>,
    forward: Forward,
    /// The last event that was forwarded, or passed over.
    last: Option<String>,
}

/// Why a connection is over.
enum Break {
    /// It may be tried again.
    Lost(String),
    /// It makes no sense to.
    Final(Failure),
}

impl Follow {
    /// Events of these patterns, from this server.
    pub fn new(client: Client, server: &str, key: String, events: &[EventPattern], forward: Forward) -> Self {
        let server = server.trim_end_matches('/').to_owned();
        let patterns: Vec<String> = events.iter().map(ToString::to_string).collect();
        let types = types(&patterns);
        let query = if types.is_empty() { String::new() } else { format!("?types={}", types.join(",")) };
        let url = format!("{server}/v1/events/stream{query}");
        Self { client, server, url, key, patterns, forward, last: None }
    }

    /// Follows the stream, over as many connections as it takes, until that makes no sense any more.
    pub async fn run(&mut self) -> Failure {
        let mut pause = FIRST_PAUSE;
        let mut is_lost = false;
        loop {
            let lost = match self.connect().await {
                Ok(response) => {
                    self.greet(is_lost);
                    (pause, is_lost) = (FIRST_PAUSE, false);
                    self.read(response).await
                }
                Err(lost) => lost,
            };
            match lost {
                Break::Final(failure) => return failure,
                Break::Lost(cause) if self.last.is_none() => {
                    let message =
                        format!("{} can't be followed: {cause}. Is it running there? commflow serve", self.server);
                    return Failure::new(Failure::ADDRESS, message);
                }
                Break::Lost(cause) if !is_lost => {
                    eprintln!("The stream broke: {cause}. Coming back as soon as possible.")
                }
                Break::Lost(_) => {}
            }
            is_lost = true;
            // A little more or less, so that many who lost the same server do not come back as one.
            tokio::time::sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn greet(&self, again: bool) {
        match &self.last {
            Some(last) if again => eprintln!("Back again: going on after {last}."),
            _ => eprintln!("Following {}.", self.server),
        }
    }

    async fn connect(&self) -> Result<Response, Break> {
        let mut request = self.client.get(&self.url).bearer_auth(&self.key);
        if let Some(last) = &self.last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.map_err(|cause| Break::Lost(told(&cause)))?;
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response);
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Break::Lost(format!("it answers {status}")));
        }
        let (server, last) = (&self.server, self.last.as_deref().unwrap_or_default());
        Err(Break::Final(match status {
            StatusCode::UNAUTHORIZED => Failure::new(
                Failure::USAGE,
                "The API key is unknown, revoked or expired. Make another one: commflow key create --user you@example.com --scopes read",
            ),
            StatusCode::GONE => Failure::new(
                Failure::DATA,
                format!(
                    "{server} can't go on after {last}: its feed no longer reaches back there, or a backup was restored. \
                    Start commflow listen again to begin at the newest event."
                ),
            ),
            _ => Failure::new(
                Failure::ADDRESS,
                format!("{server} answers {status}: it is not a CommFlow server. See --server."),
            ),
        }))
    }

    async fn read(&mut self, mut response: Response) -> Break {
        let mut parser = Parser::default();
        loop {
            let bytes = match response.chunk().await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Break::Lost("the server has ended it".to_owned()),
                Err(cause) => return Break::Lost(told(&cause)),
            };
            let Ok(blocks) = parser.feed(&bytes) else { return self.strange() };
            for block in blocks {
                if let Err(end) = self.take(block).await {
                    return end;
                }
            }
        }
    }

    /// Forwards what was asked for; only then the cursor moves, so that nothing is lost in between.
    async fn take(&mut self, block: Block) -> Result<(), Break> {
        if let Some(data) = block.data {
            let event: Event = serde_json::from_str(&data).map_err(|_| self.strange())?;
            if self.patterns.iter().any(|pattern| is_meant(pattern, &event.kind, &event.data)) {
                let line = self.forward.send(&event, data).await;
                // Who has closed the other end of the pipe has heard enough.
                writeln!(std::io::stdout(), "{line}").map_err(|cause| {
                    Break::Final(Failure::new(Failure::USAGE, format!("Standard output can't be written: {cause}.")))
                })?;
            }
        }
        if let Some(id) = block.id {
            self.last = Some(id);
        }
        Ok(())
    }

    fn strange(&self) -> Break {
        let message = format!("{} sends what no CommFlow server does. See --server.", self.server);
        Break::Final(Failure::new(Failure::ADDRESS, message))
    }
}

/// What the server is asked for: it knows no types of messages. Empty: all.
fn types(patterns: &[String]) -> Vec<&str> {
    if patterns.iter().any(|pattern| pattern == "*") {
        return Vec::new();
    }
    let known = |pattern| if str::starts_with(pattern, NARROW) { "message.created" } else { pattern };
    let mut types: Vec<&str> = patterns.iter().map(|pattern| known(pattern.as_str())).collect();
    types.sort_unstable();
    types.dedup();
    types
}

fn is_meant(pattern: &str, kind: &str, subject: &Subject) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix(NARROW)) {
        (Some(beginning), _) => kind.starts_with(beginning),
        (None, Some(message)) => kind == "message.created" && subject.kind.as_deref() == Some(message),
        (None, None) => kind == pattern,
    }
}

/// The innermost cause, which says more than those around it.
fn told(cause: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = cause;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(patterns: &[&str]) -> String {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        types(&patterns).join(",")
    }

    #[test]
    fn the_server_is_asked_for_what_it_knows() {
        assert_eq!(asked(&["ticket.*", "contact.created"]), "contact.created,ticket.*");
        assert_eq!(asked(&["message.created.note", "message.created.reply"]), "message.created");
        assert_eq!(asked(&["ticket.*", "*"]), "");
    }

    #[test]
    fn what_is_meant_is_forwarded_and_nothing_else() {
        let note = Subject { id: "msg_001".to_owned(), kind: Some("note".to_owned()) };
        let meant = |pattern: &str, kind: &str| is_meant(pattern, kind, &note);
        assert!(meant("*", "ticket.created") && meant("ticket.*", "ticket.created"));
        assert!(meant("message.created", "message.created") && meant("message.created.note", "message.created"));
        assert!(!meant("message.created.reply", "message.created") && !meant("ticket.*", "contact.created"));
    }
}
