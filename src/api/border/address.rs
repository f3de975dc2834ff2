//! The address that a request really comes from.

use actix_web::HttpRequest;
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;

/// A client's address, as far as one household or office has one: IPv4, or the /64 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The peer's, or, if that is a trusted proxy, the last address in `X-Forwarded-For` that is not one.
    pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Self {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        Self::behind(peer, &hops, trusted)
    }

    fn behind(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> Self {
        let trusts = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
        let mut address = peer;
        for hop in hops.iter().rev() {
            if !trusts(address) {
                break;
            }
            let Ok(next) = hop.parse() else { break };
            address = next;
        }
        Self(household(address))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_may_tell_of_another_address() {
        let behind = |peer: &str, hops: &[&str], trusted: &[&str]| {
            let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
            Address::behind(peer.parse().unwrap(), hops, &trusted).0.to_string()
        };
        assert_eq!(behind("9.9.9.9", &["1.2.3.4"], &[]), "9.9.9.9");
        assert_eq!(behind("10.0.0.1", &["1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(behind("10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.2"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(behind("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(behind("2001:db8:1:2:3::4", &[], &[]), "2001:db8:1:2::");
        assert_eq!(behind("::ffff:1.2.3.4", &[], &[]), "1.2.3.4");
    }
}
