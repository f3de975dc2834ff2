//! `commflow.toml`: the same settings as the flags, under their names; flag over variable over file.

use crate::cli::Failure;
use crate::types::field::unknown_field;
use clap::Arg;
use clap::Command;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

const DEFAULT_NAME: &str = "commflow.toml";

/// Makes what the file says the default of each flag.
///
/// # Errors
/// When the file is not TOML, or holds a name that no flag has.
pub fn apply(mut command: Command, arguments: &[OsString]) -> Result<Command, Failure> {
    let Some(path) = path(arguments)? else { return Ok(command) };
    let told = |message: String| Failure::new(Failure::CONFIGURATION, format!("{}: {message}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|cause| told(cause.to_string()))?;
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| told(cause.to_string()))?;
    let known = flags(&command);
    for (key, value) in table {
        let flag = key.replace('-', "_");
        if !known.contains(&flag) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(told(format!("`{key}` {}", unknown_field(&flag, &known).message)));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(switch) => switch.to_string(),
            toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => {
                items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(",")
            }
            _ => return Err(told(format!("`{key}` must be a string, a number, true or false, or a list of strings"))),
        };
        command = with_default(command, &flag, &value);
    }
    Ok(command)
}

/// The file named by flag or variable; else the usual one, if there is one.
fn path(arguments: &[OsString]) -> Result<Option<PathBuf>, Failure> {
    let mut named = std::env::var_os("COMMFLOW_CONFIG").map(PathBuf::from);
    for (at, argument) in arguments.iter().enumerate() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--config" {
            named = arguments.get(at + 1).map(PathBuf::from);
        } else if let Some(value) = text.strip_prefix("--config=") {
            named = Some(PathBuf::from(value));
        }
    }
    match named {
        Some(path) if path.exists() => Ok(Some(path)),
        Some(path) => Err(Failure::new(Failure::CONFIGURATION, format!("There is no file {}.", path.display()))),
        None => Ok(Some(Path::new(DEFAULT_NAME).to_owned()).filter(|path| path.exists())),
    }
}

/// The flags of `serve`, and those of all commands: what a file may set.
fn flags(command: &Command) -> BTreeSet<String> {
    let serve = command.get_subcommands().filter(|sub| sub.get_name() == "serve").flat_map(Command::get_arguments);
    let all = serve.chain(command.get_arguments());
    all.map(|argument| argument.get_id().to_string())
        .filter(|id| !["config", "help", "version"].contains(&id.as_str()))
        .collect()
}

fn with_default(mut command: Command, flag: &str, value: &str) -> Command {
    // A flag without a variable is of one command alone, though it may share its name: `--plan` of a key is the key's own.
    let is_setting = |argument: &Arg| argument.get_id() == flag && argument.get_env().is_some();
    let has = |command: &Command| command.get_arguments().any(is_setting);
    if has(&command) {
        command = command.mut_arg(flag, |argument| argument.default_value(value.to_owned()));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| with_default(sub, flag, value));
    }
    command
}
