//! Where nothing is ever sent: addresses of the machine itself and of networks that are not public, whatever name leads
//! there. What the operator allowed by name is exempt.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

const MAX_URL_BYTES: usize = 2_000;

/// Hosts that the operator allows whatever their addresses, over `http` too: `HOST` with any port, or `HOST:PORT`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed(Vec<String>);

impl Allowed {
    pub fn new(hosts: impl IntoIterator<Item = String>) -> Allowed {
        Allowed(hosts.into_iter().map(|host| host.to_lowercase()).collect())
    }

    fn has(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        self.0.iter().any(|allowed| *allowed == host || Some(allowed) == with_port.as_ref())
    }
}

/// Why an address is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("is no URL of at most {MAX_URL_BYTES} bytes, such as https://example.org/hook")]
    NoUrl,
    #[error("has to begin with https://")]
    NoHttps,
    #[error("holds a user or a password, or a part after #, which are never sent")]
    Extras,
    #[error("leads to an address that is not public")]
    NotPublic,
    #[error("the name leads to no address")]
    NoAddress,
}

/// An URL that may be sent to, as far as it tells by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub url: Url,
    /// The operator vouches for it.
    allowed: bool,
}

/// Without the path and the query, which may open something.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({})", self.url.host_str().unwrap_or_default())
    }
}

impl Target {
    /// Reads a URL. What it leads to is only known once its name was looked up, which [`Target::addresses`] does.
    pub fn read(text: &str, allowed: &Allowed) -> Result<Target, Refused> {
        if text.len() > MAX_URL_BYTES || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Refused::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| Refused::NoUrl)?;
        let allowed = allowed.has(&url);
        match url.scheme() {
            "https" => {}
            "http" if allowed => {}
            _ => return Err(Refused::NoHttps),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Refused::Extras);
        }
        let literal = match url.host() {
            None => return Err(Refused::NoUrl),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        };
        if !allowed && literal.is_some_and(|ip| !is_public(ip)) {
            return Err(Refused::NotPublic);
        }
        Ok(Target { url, allowed })
    }

    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host as a certificate and the header `Host` name it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Looks the name up. All of its addresses have to be public: a name that leads to both kinds is a trap. Only what is
    /// answered here may be connected to, for the next look-up may answer something else.
    pub async fn addresses(&self) -> Result<Vec<SocketAddr>, Refused> {
        let port = self.url.port_or_known_default().ok_or(Refused::NoUrl)?;
        let found: Vec<SocketAddr> = match self.url.host() {
            None => return Err(Refused::NoUrl),
            Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
            Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
            Some(Host::Domain(name)) => {
                tokio::net::lookup_host((name, port)).await.map_err(|_| Refused::NoAddress)?.collect()
            }
        };
        self.sound(found)
    }

    fn sound(&self, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        if found.is_empty() {
            return Err(Refused::NoAddress);
        }
        if !self.allowed && found.iter().any(|address| !is_public(address.ip())) {
            return Err(Refused::NotPublic);
        }
        Ok(found)
    }
}

/// Whether an address is one of the public internet (IANA's special-purpose registries of both families).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127, ..) => true,
        // Shared by carriers (CGNAT, RFC 6598).
        (100, 64..=127, _) => true,
        (169, 254, _) => true,
        (172, 16..=31, _) => true,
        // Protocol assignments, documentation, and what was 6to4.
        (192, 0, 0 | 2) | (192, 88, 99) => true,
        (192, 168, _) => true,
        // Benchmarks, and documentation.
        (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, what is reserved, and broadcast.
        (224.., ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // All that is public lies in 2000::/3: loopback, mapped and translated IPv4, unique local, link-local and multicast
    // addresses do not.
    let global = (0x2000..=0x3fff).contains(&a);
    let special = match (a, b) {
        // Protocol assignments, Teredo among them.
        (0x2001, 0..=0x01ff) => true,
        // Documentation.
        (0x2001, 0x0db8) | (0x3fff, 0..=0x0fff) => true,
        // 6to4: an IPv4 address is inside.
        (0x2002, _) => true,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are() {
        let public = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1"];
        let public = public.into_iter().chain(["198.17.0.1", "223.255.255.255", "2606:4700:4700::1111", "240e::1"]);
        for ip in public {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        let private = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
            "4000::1",
        ];
        for ip in private {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn urls_tell_by_themselves() {
        let read = |text: &str| Target::read(text, &Allowed::default()).map(|_| ());
        for good in
            ["https://example.org/hook?key=1", "https://example.org:8443/", "https://1.1.1.1/", "https://例子.中国/"]
        {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", Refused::NoUrl),
            ("example.org", Refused::NoUrl),
            ("https://", Refused::NoUrl),
            ("https://exa mple.org/", Refused::NoUrl),
            ("https://example.org/\n", Refused::NoUrl),
            ("http://example.org/", Refused::NoHttps),
            ("ftp://example.org/", Refused::NoHttps),
            ("file:///etc/passwd", Refused::NoHttps),
            ("gopher://127.0.0.1/", Refused::NoHttps),
            ("https://me@example.org/", Refused::Extras),
            ("https://example.org@127.0.0.1/", Refused::Extras),
            ("https://example.org/#a", Refused::Extras),
            ("https://127.0.0.1/", Refused::NotPublic),
            ("https://127.1/", Refused::NotPublic),
            ("https://2130706433/", Refused::NotPublic),
            ("https://0x7f000001/", Refused::NotPublic),
            ("https://0177.0.0.1/", Refused::NotPublic),
            ("https://１２７.0.0.1/", Refused::NotPublic),
            ("https://127。0。0。1/", Refused::NotPublic),
            ("https://[::1]/", Refused::NotPublic),
            ("https://[::ffff:10.0.0.1]/", Refused::NotPublic),
            ("https://169.254.169.254/latest/meta-data/", Refused::NotPublic),
            ("https://[fd00:ec2::254]/", Refused::NotPublic),
        ] {
            assert_eq!(read(bad), Err(why), "{bad}");
        }
        assert_eq!(read(&format!("https://example.org/{}", "a".repeat(2_000))), Err(Refused::NoUrl));
    }

    #[test]
    fn what_the_operator_allows_is_allowed_there_and_nowhere_else() {
        let allowed = Allowed::new(["127.0.0.1:8099".into(), "Hooks.Intranet".into()]);
        let read = |text: &str| Target::read(text, &allowed).map(|_| ());
        assert_eq!(read("http://127.0.0.1:8099/x"), Ok(()));
        assert_eq!(read("https://127.0.0.1:8099/x"), Ok(()));
        assert_eq!(read("http://127.0.0.1:8098/x"), Err(Refused::NoHttps));
        assert_eq!(read("https://127.0.0.1/x"), Err(Refused::NotPublic));
        assert_eq!(read("http://hooks.intranet/x"), Ok(()));
        assert_eq!(read("http://hooks.intranet:81/x"), Ok(()));
        assert_eq!(read("http://other.intranet/x"), Err(Refused::NoHttps));
    }

    #[tokio::test]
    async fn names_are_looked_up_and_every_address_counts() {
        let target = |text: &str, allowed: &[&str]| {
            let allowed = Allowed::new(allowed.iter().map(|&host| host.into()));
            Target::read(text, &allowed).unwrap()
        };
        assert_eq!(target("https://localhost/", &[]).addresses().await, Err(Refused::NotPublic));
        let local = target("http://localhost:80/", &["localhost"]).addresses().await.unwrap();
        assert!(local.iter().all(|address| address.ip().is_loopback() && address.port() == 80), "{local:?}");
        let mixed = vec!["8.8.8.8:443".parse().unwrap(), "10.0.0.1:443".parse().unwrap()];
        assert_eq!(target("https://example.org/", &[]).sound(mixed), Err(Refused::NotPublic));
        let nowhere = target("https://no-such-name.invalid/", &[]).addresses().await;
        assert_eq!(nowhere, Err(Refused::NoAddress));
    }
}
