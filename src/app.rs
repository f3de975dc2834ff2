//! The application: how a server is put together, started and stopped. `serve` and the tests start the very same.

use crate::api;
use crate::api::border::context::Context;
use crate::api::border::context::Post;
use crate::api::border::context::Settings;
use crate::api::border::door::Door;
use crate::api::border::gate;
use crate::api::border::live::Follower;
use crate::api::border::live::Live;
use crate::api::openapi::Document;
use crate::api::pages::fault;
use crate::delivery::Delivery;
use crate::desk::files::chunks;
use crate::desk::files::links;
use crate::desk::sla::alarms::Alarms;
use crate::desk::sweep::Sweep;
use crate::search::Search;
use crate::store::Store;
use crate::store::connection;
use crate::store::snapshot;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use crate::work;
use actix_web::App;
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::rt::net::TcpStream;
use actix_web::web;
use socket2::SockRef;
use std::fs::File;
use std::fs::TryLockError;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

/// Held by the one server of a data directory.
const LOCK_NAME: &str = "serve.lock";
/// An idle connection is kept open for this long.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long requests may run on after the server was told to stop, in seconds.
const STOP_GRACE_S: u64 = 10;

/// What it takes to start a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Connections that read.
    pub readers: u32,
    /// Threads that speak HTTP.
    pub workers: usize,
    /// Whether SLA alarms are told by themselves; else whoever starts it tells them by hand.
    pub alarms: bool,
    /// Connections that are taken on; more wait in the kernel.
    pub connections_max: usize,
    /// How it is to behave.
    pub settings: Settings,
}

/// A server that runs.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its data.
    pub store: Store,
    /// Its search.
    pub search: Search,
    live: Live,
    door: Door,
    handle: ServerHandle,
    http: JoinHandle<std::io::Result<()>>,
    delivery: Delivery,
    workers: Vec<work::Running>,
    /// The data directory is this server's alone until it is dropped.
    _lock: File,
}

impl Server {
    /// Opens the store and begins to answer on `listener`.
    ///
    /// # Errors
    /// When another server has the data directory, or the store can't be opened.
    pub fn start(config: &Config, clock: Clock, listener: TcpListener) -> Result<Self> {
        let lock = lock(&config.data_dir)?;
        let store = Store::open(&config.data_dir, config.readers, clock.clone())?;
        Self::start_on(store, lock, config, clock, listener)
    }

    /// As [`Server::start`], on a store that is open already.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start_on(store: Store, lock: File, config: &Config, clock: Clock, listener: TcpListener) -> Result<Self> {
        let address = listener.local_addr().map_err(Error::internal)?;
        let base = base(config, address);
        store.write_blocking(Actor::SYSTEM, move |tx| {
            links::prepare(tx, &base)?;
            chunks::give_up_all(tx)
        })?;
        snapshot::clear(&config.data_dir);
        let sweep = work::run(Sweep { store: store.clone() }, clock.clone())?;
        let (search, indexer) = Search::start(&store, clock.clone(), config.settings.patience.index)?;
        let delivery = {
            let Settings { webhook_targets, patience, .. } = &config.settings;
            Delivery::start(&store, clock.clone(), *webhook_targets, patience.receiver)?
        };
        let post = Post { courier: delivery.courier.clone(), ringer: delivery.ringer() };
        let context = Context::new(store.clone(), search.clone(), post, clock.clone(), config.settings.clone());
        let (live, door) = (context.live.clone(), context.door.clone());
        let follower = work::run(Follower::new(live.clone(), store.clone()), clock.clone())?;
        live.followed_by(follower.ringer());
        let listening = live.clone();
        store.listen(move || listening.ring());
        let (handle, http) = start_http(web::Data::new(context), config, listener)?;
        let mut workers = vec![sweep, indexer, follower];
        if config.alarms {
            workers.push(start_alarms(&store, clock)?);
        }
        Ok(Self { address, store, search, live, door, handle, http, delivery, workers, _lock: lock })
    }

    /// Stops accepting, ends the event streams, lets what else runs finish, and closes the store.
    ///
    /// # Errors
    /// When the server had failed.
    pub fn stop(self) -> Result<()> {
        self.live.stop();
        // Nobody awaits the answer: the thread's end says the same.
        drop(self.handle.stop(true));
        let ended = self.http.join().map_err(|_| Error::internal("the HTTP thread panicked"))?;
        self.delivery.stop();
        self.workers.into_iter().for_each(work::Running::stop);
        self.store.close();
        ended.map_err(Error::internal)
    }

    /// Has all look again what is due: the clock was turned.
    pub fn wake(&self) {
        self.delivery.ringer().ring();
        self.workers.iter().for_each(|worker| worker.ringer().ring());
    }

    /// How often a password was verified or made.
    pub fn passwords_handled(&self) -> u64 {
        self.door.turns_taken()
    }

    /// Event streams that are open.
    pub fn streams_open(&self) -> usize {
        self.live.places_taken()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.http.is_finished()
    }
}

/// They look again whenever something has happened: a due date may have moved.
fn start_alarms(store: &Store, clock: Clock) -> Result<work::Running> {
    let alarms = work::run(Alarms { store: store.clone() }, clock)?;
    let ringer = alarms.ringer();
    store.listen(move || ringer.ring());
    Ok(alarms)
}

/// What links to this server begin with. It can't be reached at the address that stands for all of them.
fn base(config: &Config, mut address: SocketAddr) -> String {
    if let Some(url) = &config.settings.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

fn start_http(
    context: web::Data<Context>,
    config: &Config,
    listener: TcpListener,
) -> Result<(ServerHandle, JoinHandle<std::io::Result<()>>)> {
    let (started, handle) = channel();
    let patience = context.settings.patience;
    let (workers, connections_max) = (config.workers, config.connections_max.div_ceil(config.workers.max(1)));
    let run = move || {
        System::new().block_on(async move {
            let app_context = context.clone();
            let document = web::Data::new(Document::of(|| api::routes().table()));
            let server = HttpServer::new(move || {
                let (context, document) = (app_context.clone(), document.clone());
                let dressing = context.clone();
                App::new()
                    .app_data(context.clone())
                    .wrap(from_fn(move |request, next| gate::pass(context.clone(), request, next)))
                    .wrap(from_fn(move |request, next| fault::dress(dressing.clone(), request, next)))
                    .app_data(document)
                    .configure(|config| api::routes().configure(config))
            })
            .workers(workers)
            .max_connections(connections_max)
            .client_request_timeout(patience.head)
            .keep_alive(KEEP_ALIVE)
            .shutdown_timeout(STOP_GRACE_S)
            .disable_signals()
            .on_connect(move |connection, _| {
                if let Some(stream) = connection.downcast_ref::<TcpStream>() {
                    let socket = SockRef::from(stream);
                    // Answers are small and whole: waiting to fill a packet only delays them.
                    drop(socket.set_tcp_nodelay(true));
                    drop(socket.set_tcp_user_timeout(Some(patience.reader)));
                }
            })
            .listen(listener)?
            .run();
            drop(started.send(server.handle()));
            server.await
        })
    };
    let thread = std::thread::Builder::new().name("http".to_owned()).spawn(run).map_err(Error::internal)?;
    let handle = handle.recv().map_err(|_| Error::internal("the HTTP server did not start"))?;
    Ok((handle, thread))
}

/// Takes the data directory for one server alone.
///
/// # Errors
/// `conflict` when another one has it.
pub fn lock(directory: &Path) -> Result<File> {
    connection::prepare_directory(directory)?;
    let path = directory.join(LOCK_NAME);
    let told = connection::told(&path);
    let file = File::options().create(true).append(true).mode(0o600).open(&path).map_err(&told)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::conflict(format!(
            "Another commflow is serving {}. Stop it first, or take another folder: commflow serve --data-dir ./other",
            directory.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(told(cause)),
    }
}
