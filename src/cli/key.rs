//! `commflow key create`: makes an API key, beside a running server too, and prints it alone.

use crate::cli::DataDir;
use crate::cli::Failure;
use crate::cli::parsed;
use crate::desk::api_keys;
use crate::desk::api_keys::NewApiKey;
use crate::desk::api_keys::Plan;
use crate::desk::api_keys::Scope;
use crate::desk::secrets;
use crate::desk::users;
use crate::store::tx::Actor;
use crate::types::email::Email;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::field::Whole;
use crate::types::text::Line;
use crate::types::time::Time;
use clap::Args;
use clap::Subcommand;

pub(super) const EXAMPLES: &str = "\
Examples:
  commflow key create --user sarah@acme.com
  KEY=$(commflow key create --user sarah@acme.com --name 'nightly sync' --scopes read --expires 2027-01-01)";

/// Makes API keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key, and print it alone on standard output. It is shown this once.
    Create(Create),
}

/// Makes a key.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Create {
    #[command(flatten)]
    data: DataDir,
    /// The address of the user whose key it is.
    #[arg(long, value_parser = parsed::<Email>, value_name = "EMAIL")]
    user: Email,
    /// What it is for.
    #[arg(long, default_value = "command line", value_parser = parsed::<Line>)]
    name: Line,
    /// read, write, admin; each contains those before it [default: all that the user's role allows].
    #[arg(long, value_delimiter = ',', value_parser = parsed::<Scope>)]
    scopes: Option<Vec<Scope>>,
    /// A plan of its own: starter, professional, business.
    #[arg(long, value_parser = parsed::<Plan>, conflicts_with = "rate_limit")]
    plan: Option<Plan>,
    /// Requests a minute of its own.
    #[arg(long, value_name = "N")]
    rate_limit: Option<i64>,
    /// When it stops working: a date, or a time such as 2027-01-15T10:30:00Z.
    #[arg(long, value_parser = parsed::<Time>, value_name = "DATE")]
    expires: Option<Time>,
}

impl Key {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no such user, or the store can't be opened.
    pub fn run(self) -> Result<(), Failure> {
        let Self::Create(create) = self;
        let store = create.data.open()?;
        let folder = create.data.data_dir.display().to_string();
        let key = secrets::generate("cf_")?;
        let issued = store.write_blocking(Actor::SYSTEM, move |tx| {
            let user = users::by_email(tx, &create.user)?.ok_or_else(|| {
                let message = format!(
                    "There is no user {0}. Add one: commflow user create --data-dir {folder} --email {0} --name 'Their Name' --role agent",
                    create.user
                );
                Error::new(Code::NotFound, message)
            })?;
            let new = NewApiKey {
                name: create.name,
                user_id: Some(user.id),
                scopes: create.scopes,
                plan: create.plan,
                rate_limit: create.rate_limit.map(Whole),
                expires_at: create.expires,
            };
            api_keys::create(tx, new, None, key)
        });
        store.close();
        println!("{}", issued?.key);
        Ok(())
    }
}
