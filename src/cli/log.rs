//! The log, on standard error: for people on a terminal, JSON otherwise. No secret, no body and no header goes there.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts the log. A bare level is ours alone: of the libraries below, warnings are enough. A filter that can't be
/// understood means `info`.
pub fn start(filter: &str) {
    let ours = |level: &str| format!("warn,commflow={level}");
    let filter = if filter.contains(['=', ',']) { filter.to_owned() } else { ours(filter) };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(ours("info")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start, in tests, keeps the first.
    if std::io::stderr().is_terminal() {
        drop(builder.try_init());
    } else {
        drop(builder.json().flatten_event(true).try_init());
    }
}
