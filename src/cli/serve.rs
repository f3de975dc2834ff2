//! `commflow serve`: answers requests until it is told to stop.

use crate::api::border::assets;
use crate::api::border::context::Patience;
use crate::api::border::context::Settings;
use crate::app;
use crate::app::Config;
use crate::app::Server;
use crate::cli::DataDir;
use crate::cli::Failure;
use crate::cli::demo;
use crate::cli::parsed;
use crate::desk::api_keys::Plan;
use crate::desk::files::links;
use crate::desk::secrets;
use crate::desk::setup;
use crate::desk::webhooks::TargetRule;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::error::Error;
use crate::types::size::Size;
use crate::types::time::Clock;
use clap::Args;
use ipnet::IpNet;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::time::Duration;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

const EXAMPLES: &str = "\
Examples:
  commflow serve --demo
  commflow serve --data-dir /srv/commflow --listen 127.0.0.1:9000
  COMMFLOW_PLAN=professional commflow serve";

/// Connections that read. More gain nothing on a few cores, and each keeps pages of its own in memory.
const READERS: u32 = 4;
/// Descriptors that are asked for at most: so many connections would take up a GiB.
const DESCRIPTORS_MAX: u64 = 65_536;
/// Descriptors for the store, the index, files and webhooks: this many, or a quarter where there are few.
const DESCRIPTORS_KEPT: usize = 1_024;
/// Of the connections, event streams may hold three quarters.
const STREAMS_SHARE: (usize, usize) = (3, 4);
/// Uploads under way at once. All of them hold 128 MiB at most.
const UPLOADS: usize = 256;
/// Requests a minute that a custom limit may have.
const LIMITS: std::ops::RangeInclusive<i64> = 1..=1_000_000;

/// Answers requests until Ctrl-C or SIGTERM.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    data: DataDir,
    /// Where to listen. Put a proxy with TLS in front before you open it to others.
    #[arg(long, env = "COMMFLOW_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Fill an empty store with a realistic workspace to play with.
    #[arg(long, env = "COMMFLOW_DEMO")]
    demo: bool,
    /// The plan of keys without one of their own: starter (60 requests a minute), professional (300), business (1000).
    #[arg(long, env = "COMMFLOW_PLAN", default_value = "business", value_parser = parsed::<Plan>)]
    plan: Plan,
    /// Requests a minute, in place of a plan.
    #[arg(long, env = "COMMFLOW_RATE_LIMIT", value_name = "N", value_parser = clap::value_parser!(u32).range(LIMITS))]
    rate_limit: Option<u32>,
    /// Where the server is reached from outside, for the links that it writes.
    #[arg(long, env = "COMMFLOW_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Where webhooks may go: public, loopback or any [default: loopback while listening on loopback, else public].
    #[arg(long, env = "COMMFLOW_WEBHOOK_TARGETS", value_parser = parsed::<TargetRule>)]
    webhook_targets: Option<TargetRule>,
    /// Largest file that is taken, such as 500K, 25MiB or 1GB.
    #[arg(long, env = "COMMFLOW_MAX_FILE_SIZE", default_value = "25 MiB", value_parser = parsed::<Size>, value_name = "SIZE")]
    max_file_size: Size,
    /// A proxy whose `X-Forwarded-For` counts, such as 10.0.0.0/8. May be given more than once.
    #[arg(long, env = "COMMFLOW_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    trusted_proxy: Vec<IpNet>,
}

impl Serve {
    /// Runs the command.
    ///
    /// # Errors
    /// When the address or the data directory can't be had.
    pub fn run(self) -> Result<(), Failure> {
        let listener = self.bind()?;
        let config = self.config();
        let lock = app::lock(&config.data_dir)?;
        let store = Store::open(&config.data_dir, config.readers, Clock::System)?;
        let demo = if self.demo { demo::fill(&store, &Clock::System)? } else { None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        // Before the first request: a signal that comes early must not be missed.
        let (mut terminate, mut interrupt) = runtime.block_on(async {
            Ok::<_, Error>((
                signal(SignalKind::terminate()).map_err(Error::internal)?,
                signal(SignalKind::interrupt()).map_err(Error::internal)?,
            ))
        })?;
        let server = Server::start_on(store, lock, &config, Clock::System, listener)?;
        // Whoever comes first shall not wait for it; a failure to begin is no reason not to serve.
        drop(std::thread::Builder::new().name("packing".to_owned()).spawn(assets::pack_all));
        self.greet(&server, demo.as_ref())?;
        runtime.block_on(async {
            let ended = async {
                while !server.has_ended() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            };
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {}, () = ended => {} }
        });
        tracing::info!("stopping: finishing what runs");
        server.stop()?;
        tracing::info!("stopped");
        Ok(())
    }

    fn bind(&self) -> Result<TcpListener, Failure> {
        TcpListener::bind(self.listen).map_err(|cause| {
            let message = match cause.kind() {
                ErrorKind::AddrInUse => {
                    let mut other = self.listen;
                    other.set_port(other.port().checked_add(1).unwrap_or(8080));
                    format!("Port {} is in use. Try: commflow serve --listen {other}", self.listen.port())
                }
                ErrorKind::PermissionDenied => {
                    format!(
                        "Port {} is for the system alone. Try: commflow serve --listen 127.0.0.1:8080",
                        self.listen.port()
                    )
                }
                _ => format!(
                    "{} can't be listened on: {cause}. Try: commflow serve --listen 127.0.0.1:8080",
                    self.listen
                ),
            };
            Failure::new(Failure::ADDRESS, message)
        })
    }

    fn config(&self) -> Config {
        let connections_max = connections_max();
        let local = if self.listen.ip().is_loopback() { TargetRule::Loopback } else { TargetRule::Public };
        Config {
            data_dir: self.data.data_dir.clone(),
            readers: READERS,
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            alarms: true,
            connections_max,
            settings: Settings {
                per_minute: self.rate_limit.unwrap_or(self.plan.per_minute()),
                webhook_targets: self.webhook_targets.unwrap_or(local),
                public_url: self.public_url.clone(),
                trusted_proxies: self.trusted_proxy.clone(),
                streams_max: connections_max * STREAMS_SHARE.0 / STREAMS_SHARE.1,
                max_file_size: self.max_file_size,
                uploads_max: UPLOADS,
                patience: Patience::default(),
            },
        }
    }

    /// Says where it is, and what to do first.
    fn greet(&self, server: &Server, demo: Option<&demo::Access>) -> Result<(), Failure> {
        let url = format!("http://{}", server.address);
        let folder = self.data.data_dir.display();
        eprintln!("CommFlow {} answers on {url}, and keeps everything in {folder}.", env!("CARGO_PKG_VERSION"));
        if !server.address.ip().is_loopback() {
            eprintln!("It speaks plain HTTP to everyone who can reach it: put a proxy with TLS in front.");
        }
        let token = secrets::generate("")?;
        let link = server.store.write_blocking(Actor::SYSTEM, move |tx| {
            Ok(setup::offer(tx, &token)?.then_some(format!("{}/setup/{token}", links::base(tx)?)))
        })?;
        if let Some(demo) = demo {
            eprintln!("\n  sign in   {}  with the password  {}", demo.email, demo.password);
            eprintln!("  API key   {}", demo.key);
            eprintln!(
                "  try       curl -H 'Authorization: Bearer {}' '{url}/v1/tickets?status=open&per_page=2'",
                demo.key
            );
            eprintln!("  read      {url}/docs\n");
        } else if let Some(link) = link {
            eprintln!("\nNobody can come in yet. Open this within an hour, and make yourself the first admin:");
            eprintln!("  {link}\n");
            eprintln!(
                "Without a browser: commflow user create --data-dir {folder} --email you@example.com --name 'Your Name' --role admin\n"
            );
        }
        eprintln!("Ctrl-C stops it.");
        Ok(())
    }
}

/// Connections that can be had, with as many descriptors as the system gives: shells hand out few, though more are allowed.
fn connections_max() -> usize {
    let descriptors = rlimit::increase_nofile_limit(DESCRIPTORS_MAX).unwrap_or_else(|cause| {
        tracing::warn!(%cause, "the limit of descriptors is not known");
        1_024
    });
    let descriptors = usize::try_from(descriptors.min(DESCRIPTORS_MAX)).unwrap_or(1_024);
    descriptors - DESCRIPTORS_KEPT.min(descriptors / 4)
}
