//! `commflow user create`: adds a user, beside a running server too.

use crate::cli::DataDir;
use crate::cli::Failure;
use crate::cli::parsed;
use crate::desk::passwords;
use crate::desk::passwords::Password;
use crate::desk::users;
use crate::desk::users::NewUser;
use crate::desk::users::Role;
use crate::store::tx::Actor;
use crate::types::email::Email;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::text::Line;
use clap::Args;
use clap::Subcommand;
use std::io::Read;

pub(super) const EXAMPLES: &str = "\
Examples:
  commflow user create --email sarah@acme.com --name 'Sarah Chen' --role admin
  commflow user create --email joe@acme.com --name Joe --role agent --password-stdin < password.txt";

/// Adds people of your team.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user.
    Create(Create),
}

/// Adds a user.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Create {
    #[command(flatten)]
    data: DataDir,
    /// The user's address: unique without regard to case.
    #[arg(long, value_parser = parsed::<Email>)]
    email: Email,
    /// The user's full name.
    #[arg(long, value_parser = parsed::<Line>)]
    name: Line,
    /// admin: everything; agent: the daily work.
    #[arg(long, value_parser = parsed::<Role>)]
    role: Role,
    /// Read a password of 8 to 256 characters from standard input, for the web inbox.
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    /// Runs the command.
    ///
    /// # Errors
    /// When the address is taken, or the store can't be opened.
    pub fn run(self) -> Result<(), Failure> {
        let Self::Create(create) = self;
        let password = if create.password_stdin { Some(read_password()?) } else { None };
        let hash = password.map(|password| passwords::hash(&password)).transpose()?;
        let new = NewUser { email: create.email, name: create.name, role: create.role, avatar_url: None };
        let store = create.data.open()?;
        let user = store.write_blocking(Actor::SYSTEM, |tx| users::create(tx, new, hash));
        store.close();
        println!("{}", user?.id);
        Ok(())
    }
}

fn read_password() -> Result<Password, Failure> {
    let mut password = String::new();
    std::io::stdin()
        .take(4_096)
        .read_to_string(&mut password)
        .map_err(|cause| Failure::new(Failure::USAGE, format!("No password could be read: {cause}.")))?;
    let chosen = password.trim_end_matches(['\r', '\n']).parse();
    Ok(chosen.map_err(|refused: Refused| Error::invalid(vec![refused.at("password")]))?)
}
