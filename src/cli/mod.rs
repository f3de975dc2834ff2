//! The command line: a command a file. Results go to standard output, everything else to standard error.

mod backup;
pub mod bench;
pub mod check;
pub mod config_file;
pub mod demo;
pub mod key;
pub mod listen;
pub mod log;
pub mod openapi;
mod reindex;
mod restore;
pub mod serve;
pub mod user;

use crate::store;
use crate::store::Store;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::time::Clock;
use clap::Args;
use clap::CommandFactory;
use clap::FromArgMatches;
use clap::Parser;
use clap::Subcommand;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

const EXAMPLES: &str = "\
Examples:
  commflow serve --demo                       a help desk full of life on http://127.0.0.1:8080
  commflow serve --data-dir /srv/commflow     your own, empty at first
  commflow key create --user sarah@acme.com   an API key for one of your users
  commflow listen --forward localhost:3000    each event as a webhook, to your own program

Every flag may stand in a variable (COMMFLOW_LISTEN) or in commflow.toml (listen = \"…\"): flag over variable over file.";

/// A help desk in one file: conversations, contacts, tickets with SLA and webhooks behind a clean REST API.
#[derive(Debug, Parser)]
#[command(name = "commflow", version, before_help = EXAMPLES, subcommand_required = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// A file with settings [default: ./commflow.toml, if there is one].
    #[arg(long, global = true, env = "COMMFLOW_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// What is logged: error, warn, info, debug (each request), or a filter such as `commflow=debug`.
    #[arg(long, global = true, env = "COMMFLOW_LOG", default_value = "info")]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until Ctrl-C or SIGTERM.
    Serve(serve::Serve),
    /// Add people of your team.
    #[command(subcommand, before_help = user::EXAMPLES)]
    User(user::User),
    /// Make API keys.
    #[command(subcommand, before_help = key::EXAMPLES)]
    Key(key::Key),
    /// Forward each event to a local program, as a signed webhook delivery.
    Listen(listen::Listen),
    /// Copy the whole store into a file, beside a running server too.
    Backup(backup::Backup),
    /// Put a backup in the place of the store.
    Restore(restore::Restore),
    /// Look whether the store is whole.
    Check(check::Check),
    /// Make the search index anew.
    Reindex(reindex::Reindex),
    /// Print the description of the API.
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Measure this build on this machine, beside bare yardsticks.
    Bench(bench::Bench),
}

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
struct DataDir {
    /// Where everything is kept.
    #[arg(long, env = "COMMFLOW_DATA_DIR", default_value = "./commflow-data", value_name = "DIR")]
    data_dir: PathBuf,
}

impl DataDir {
    /// The file of the store, which must be there: looking makes none.
    fn existing(&self) -> Result<PathBuf, Failure> {
        let path = self.data_dir.join(store::FILE_NAME);
        if path.exists() {
            return Ok(path);
        }
        let message = format!("There is no store in {}. Start one: commflow serve", self.data_dir.display());
        Err(Failure::new(Failure::DATA, message))
    }

    /// The store, for a command that works beside a running server.
    fn open(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.data_dir, 1, Clock::System)?)
    }
}

/// Why a command ended badly.
#[derive(Debug)]
pub struct Failure {
    /// What happened, and what to do.
    pub message: String,
    /// The program's exit code.
    pub exit: u8,
}

impl Failure {
    /// Something was asked for that can't be.
    pub const USAGE: u8 = 2;
    /// The configuration file is at fault.
    pub const CONFIGURATION: u8 = 3;
    /// The store is at fault.
    pub const DATA: u8 = 4;
    /// The address is at fault.
    pub const ADDRESS: u8 = 5;

    /// A failure with a sentence and an exit code.
    pub fn new(exit: u8, message: impl Into<String>) -> Self {
        Self { message: message.into(), exit }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.code {
            Code::Internal | Code::Unavailable | Code::Conflict => Self::DATA,
            _ => Self::USAGE,
        };
        Self::new(exit, error.to_string())
    }
}

/// Runs the program with these arguments.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let arguments = with_default_command(arguments);
    let outcome = config_file::apply(Cli::command(), &arguments).and_then(|command| {
        let matches = command.get_matches_from(arguments);
        let cli = Cli::from_arg_matches(&matches).map_err(|fault| Failure::new(Failure::USAGE, fault.to_string()))?;
        log::start(&cli.log);
        match cli.command {
            Command::Serve(serve) => serve.run(),
            Command::User(user) => user.run(),
            Command::Key(key) => key.run(),
            Command::Listen(listen) => listen.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
            Command::Check(check) => check.run(),
            Command::Reindex(reindex) => reindex.run(),
            Command::OpenApi(openapi) => openapi.run(),
            Command::Bench(bench) => bench.run(),
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.exit)
        }
    }
}

/// `commflow` alone, or with flags alone, is `commflow serve`.
fn with_default_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let first = first_after_globals(&arguments);
    let about_itself = ["-h", "--help", "-V", "--version"];
    let is_serve = first.is_none_or(|first| first.starts_with('-') && !about_itself.contains(&first));
    if is_serve {
        arguments.insert(arguments.len().min(1), "serve".into());
    }
    arguments
}

/// The first argument that is not a flag for all commands, or the value of one.
fn first_after_globals(arguments: &[OsString]) -> Option<&str> {
    let mut texts = arguments.iter().skip(1).map(|argument| argument.to_str().unwrap_or_default());
    loop {
        match texts.next()? {
            "--config" | "--log" => drop(texts.next()),
            text if text.starts_with("--config=") || text.starts_with("--log=") => {}
            text => return Some(text),
        }
    }
}

/// A parser for clap of types that parse from text.
fn parsed<T: FromStr<Err = Refused>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|refused: Refused| refused.message)
}
