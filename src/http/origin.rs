//! Where a request came from: the peer's address, or what a proxy that is trusted says of its own peer.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// An address, or a network in CIDR notation, of proxies whose word is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let ((own, width), (other, other_width)) = (bits(self.address), bits(address.to_canonical()));
        let shift = 128 - u32::from(self.prefix_bits);
        width == other_width && (shift == 128 || own >> shift == other >> shift)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || format!("`{text}` is neither an address nor a network such as 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if prefix_bits > most { Err(wrong()) } else { Ok(Network { address, prefix_bits }) }
    }
}

/// Where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `None` where it came over no network: within the process.
    pub address: Option<IpAddr>,
    /// Whether the client speaks https, to a proxy in front.
    pub is_https: bool,
}

impl Origin {
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[Network]) -> Origin {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
        if !peer.is_some_and(is_trusted) {
            return Origin { address: peer, is_https: false };
        }
        // The proxy appends its peer, so what counts is the last address that is no proxy of ours; what stands before it
        // is what a client wrote.
        let said = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
        let chain: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut address = peer;
        for hop in chain.into_iter().rev() {
            let Ok(hop) = hop.parse::<IpAddr>() else { break };
            address = Some(hop.to_canonical());
            if !is_trusted(hop) {
                break;
            }
        }
        let is_https =
            headers.get(FORWARDED_PROTO).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"));
        Origin { address, is_https }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, trusted: &[&str], forwarded: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1234)));
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_PROTO, "https".parse().unwrap());
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let Origin { address, is_https } = Origin::of(&extensions, &headers, &trusted);
        format!("{}{}", address.unwrap(), if is_https { " https" } else { "" })
    }

    #[test]
    fn only_proxies_that_are_trusted_are_believed() {
        let chain = ["192.0.2.66, 198.51.100.7", "10.1.2.3"];
        assert_eq!(origin("203.0.113.5", &[], &chain), "203.0.113.5");
        assert_eq!(origin("203.0.113.5", &["10.0.0.0/8"], &chain), "203.0.113.5");
        assert_eq!(origin("10.0.0.1", &["10.0.0.0/8"], &chain), "198.51.100.7 https");
        assert_eq!(origin("::ffff:10.0.0.1", &["10.0.0.0/8"], &chain), "198.51.100.7 https");
        assert_eq!(origin("10.0.0.1", &["10.0.0.1"], &["x", "10.1.2.3"]), "10.1.2.3 https");
        assert_eq!(origin("10.0.0.1", &["10.0.0.1"], &["1.2.3.4, x"]), "10.0.0.1 https", "the rest is anybody's");
        assert_eq!(origin("10.0.0.1", &["0.0.0.0/0"], &["1.2.3.4"]), "1.2.3.4 https");
        assert_eq!(origin("2001:db8::1", &["2001:db8::/32"], &["2001:db9::1"]), "2001:db9::1 https");
    }

    #[test]
    fn networks_are_read() {
        for wrong in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert!(!"0.0.0.0/0".parse::<Network>().unwrap().holds("::1".parse().unwrap()));
    }
}
