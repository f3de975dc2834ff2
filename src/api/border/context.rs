//! What every request can reach: the one piece of application state.

use crate::api::border::address::Address;
use crate::api::border::credentials::CredentialCache;
use crate::api::border::credentials::Visitor;
use crate::api::border::door::Door;
use crate::api::border::idempotency::InFlight;
use crate::api::border::live::Live;
use crate::api::border::rate_limit::Limiters;
use crate::delivery::courier::Courier;
use crate::desk::webhooks::TargetRule;
use crate::search::Search;
use crate::store::Store;
use crate::types::size::Size;
use crate::types::time::Clock;
use crate::work::Ringer;
use actix_web::HttpRequest;
use ipnet::IpNet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How the server was told to behave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Requests a minute of a key without a plan of its own.
    pub per_minute: u32,
    /// Which addresses webhooks may go to.
    pub webhook_targets: TargetRule,
    /// Where the server is reached from outside; links are relative without it.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Event streams that may be open at once.
    pub streams_max: usize,
    /// Largest file that is taken.
    pub max_file_size: Size,
    /// Uploads that may be under way at once: each holds up to two chunks in memory.
    pub uploads_max: usize,
    /// How long slow clients are waited for.
    pub patience: Patience,
}

/// How long slow clients are waited for. Without an end to it, a few of them would hold all connections.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A head that has not arrived after this is given up.
    pub head: Duration,
    /// A body that has not arrived after this is given up: actix itself waits for ever.
    pub body: Duration,
    /// An upload that has not ended after this is given up.
    pub upload: Duration,
    /// An upload that has not brought its share of bytes may wait for this much longer.
    pub upload_grace: Duration,
    /// The share of each second, in bytes.
    pub upload_rate: u64,
    /// A client that has taken nothing of a response for this long is dropped: actix would wait for ever.
    pub reader: Duration,
    /// A webhook's receiver that has not answered after this has failed.
    pub receiver: Duration,
    /// A search waits this long for what was written before it.
    pub index: Duration,
    /// An event stream on which nothing was sent for this long is sent a sign of life.
    pub heartbeat: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(30),
            upload: Duration::from_secs(10 * 60),
            upload_grace: Duration::from_secs(10),
            upload_rate: 1_024,
            reader: Duration::from_secs(30),
            receiver: Duration::from_secs(15),
            index: Duration::from_secs(1),
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// What handlers need of the delivery.
pub struct Post {
    /// Makes single requests.
    pub courier: Courier,
    /// Has the dispatcher look at its queues.
    pub ringer: Ringer,
}

/// The application's state.
pub struct Context {
    /// The data.
    pub store: Store,
    /// What finds things in it.
    pub search: Search,
    /// What brings events to webhooks.
    pub post: Post,
    /// The time.
    pub clock: Clock,
    /// How the server was told to behave.
    pub settings: Settings,
    /// What is remembered of API keys and sessions.
    pub credentials: CredentialCache,
    /// Who may ask how often.
    pub limiters: Limiters,
    /// Where passwords are verified.
    pub door: Door,
    /// Requests with an `Idempotency-Key` that are running.
    pub in_flight: InFlight,
    /// A place for each upload that is under way.
    pub uploads: Arc<Semaphore>,
    /// The one place for a backup that is being made or sent.
    pub backup: Arc<Semaphore>,
    /// The one place for who adds the demo, or removes it.
    pub demo: Arc<Semaphore>,
    /// What all event streams share.
    pub live: Live,
}

impl Context {
    /// The state of a server that has just started.
    pub fn new(store: Store, search: Search, post: Post, clock: Clock, settings: Settings) -> Self {
        Self {
            credentials: CredentialCache::default(),
            limiters: Limiters::new(clock.clone()),
            door: Door::new(clock.clone()),
            in_flight: InFlight::default(),
            uploads: Arc::new(Semaphore::new(settings.uploads_max)),
            backup: Arc::new(Semaphore::new(1)),
            demo: Arc::new(Semaphore::new(1)),
            live: Live::new(settings.streams_max),
            store,
            search,
            post,
            clock,
            settings,
        }
    }

    /// Who has signed in with the browser that asks for a page.
    pub async fn visitor(&self, request: &HttpRequest) -> Option<Visitor> {
        self.credentials.visitor(&self.store, &self.settings, self.clock.now(), request).await
    }

    /// Whose address a request comes from.
    pub fn address(&self, request: &HttpRequest) -> Address {
        Address::of(request, &self.settings.trusted_proxies)
    }
}
