//! Which addresses a webhook's name stands for, and whether they may be connected to. The check is made on the very
//! addresses of the connection: a name that is public when it is saved, and private when it is used (DNS rebinding), gets
//! nowhere.

use crate::desk::webhooks::TargetRule;
use crate::types::reach::reach;
use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::sync::Arc;

/// Finds the addresses of a name. May block.
pub type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// The system's own lookup.
pub fn system() -> Lookup {
    Arc::new(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
}

/// A lookup that gives out no address that the rule does not allow.
pub struct Guarded {
    /// What it asks.
    pub lookup: Lookup,
    /// What is allowed.
    pub rule: TargetRule,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, rule) = (self.lookup.clone(), self.rule);
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = tokio::task::spawn_blocking(move || lookup(&name)).await??;
            let addresses = allowed(found, rule)?;
            // Port 0 is replaced by that of the URL.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// The addresses, if every one of them is allowed: of several answers, one that leads inside betrays the name.
fn allowed(found: Vec<IpAddr>, rule: TargetRule) -> io::Result<Vec<IpAddr>> {
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    }
    match found.iter().find(|address| !rule.allows(reach(**address))) {
        None => Ok(found),
        Some(address) => {
            let message = format!(
                "the name leads to {address}, which webhooks may not go to (see `--webhook-targets` of commflow serve)"
            );
            Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(found: &[&str], rule: TargetRule) -> bool {
        allowed(found.iter().map(|text| text.parse().unwrap()).collect(), rule).is_ok()
    }

    #[test]
    fn one_private_answer_among_public_ones_refuses_the_name() {
        assert!(is_allowed(&["93.184.216.34", "2606:2800:220:1::1"], TargetRule::Public));
        for inside in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:192.168.0.1", "fd00::1", "0.0.0.0"] {
            assert!(!is_allowed(&["93.184.216.34", inside], TargetRule::Public), "{inside}");
        }
        assert!(is_allowed(&["127.0.0.1"], TargetRule::Loopback));
        assert!(!is_allowed(&["127.0.0.1", "10.0.0.1"], TargetRule::Loopback));
        assert!(is_allowed(&["10.0.0.1"], TargetRule::Any));
        assert!(!is_allowed(&[], TargetRule::Any), "a name without addresses is no name");
    }
}
