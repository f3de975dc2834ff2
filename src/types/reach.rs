//! How far an IP address leads: to the Internet, to this machine, or into a private network.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// How far an address leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// To the Internet.
    Public,
    /// To this very machine.
    Loopback,
    /// Into a network that is nobody else's business.
    Private,
}

/// How far this address leads, whatever its spelling or the address inside it.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) if address.is_loopback() => Reach::Loopback,
        IpAddr::V4(address) if is_private_v4(address) => Reach::Private,
        IpAddr::V6(address) if address.is_loopback() => Reach::Loopback,
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => reach(inner.into()),
            None if is_private_v6(address) => Reach::Private,
            None => Reach::Public,
        },
        IpAddr::V4(_) => Reach::Public,
    }
}

/// Private, shared (RFC 6598), link-local, documentation, benchmarking (RFC 2544), multicast, reserved.
fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0)
}

/// Unique-local, link-local, site-local, multicast, documentation, discard, Teredo, and the unspecified address.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, ..] = address.segments();
    address.is_unspecified()
        || address.is_multicast()
        || (a & 0xfe00) == 0xfc00
        || (a & 0xffc0) == 0xfe80
        || (a & 0xffc0) == 0xfec0
        || (a == 0x2001 && (b == 0 || b == 0xdb8))
        || a == 0x3fff
        || a == 0x5f00
        || (a == 0x100 && b == 0 && c == 0 && d == 0)
}

/// The IPv4 address inside a mapped, compatible, NAT64 or 6to4 one.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) => Some(join(g, h)),
        (0, 0, 0, 0, 0, 0) if g != 0 => Some(join(g, h)),
        (0x64, 0xff9b, ..) => Some(join(g, h)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}
