//! What a sender may connect to.

use std::net::IpAddr;

use super::address;

/// What a sender may connect to.
///
/// The default is guarded: `https` to public addresses only. Whoever can register an endpoint chooses where your
/// server connects to, so there is no list of exceptions and no switch for certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    loopback: bool,
}

impl EgressPolicy {
    /// `https` to public addresses: the default.
    #[must_use]
    pub const fn guarded() -> Self {
        Self { loopback: false }
    }

    /// The guarded policy, and also `http` or `https` to `localhost`, 127.0.0.0/8 and ::1, written as such in the URL.
    ///
    /// For tests and demonstrations. Where tenants register endpoints, it opens every service of this host to them.
    #[must_use]
    pub const fn danger_allow_loopback() -> Self {
        Self { loopback: true }
    }

    pub(super) const fn allows_loopback(self) -> bool {
        self.loopback
    }

    /// Judges one address of a host that is about to be dialled.
    pub(super) fn judge(self, address: IpAddr, plain_http: bool) -> Result<(), &'static str> {
        // `is_loopback` is false for the mapped form of 127.0.0.1, which stays refused.
        if self.loopback && address.is_loopback() {
            return Ok(());
        }
        if plain_http {
            return Err("plain http");
        }
        address::judge(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_policy_adds_loopback_and_nothing_else() {
        let danger = EgressPolicy::danger_allow_loopback();
        for (text, plain_http, allowed) in [
            ("127.0.0.1", true, true),
            ("127.255.255.255", true, true),
            ("::1", true, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("8.8.8.8", false, true),
            ("8.8.8.8", true, false),
            ("0.0.0.0", true, false),
            ("0.0.0.0", false, false),
            ("::", true, false),
            ("::ffff:127.0.0.1", true, false),
            ("::ffff:127.0.0.1", false, false),
            ("10.0.0.1", false, false),
            ("169.254.169.254", false, false),
            ("64:ff9b::127.0.0.1", false, false),
        ] {
            assert_eq!(
                danger.judge(text.parse().unwrap(), plain_http).is_ok(),
                allowed,
                "{text} {plain_http}"
            );
        }
    }

    #[test]
    fn the_default_policy_refuses_loopback_and_plain_http() {
        assert_eq!(EgressPolicy::default(), EgressPolicy::guarded());
        for (text, plain_http, allowed) in [
            ("8.8.8.8", false, true),
            ("8.8.8.8", true, false),
            ("127.0.0.1", false, false),
            ("::1", true, false),
        ] {
            assert_eq!(
                EgressPolicy::default()
                    .judge(text.parse().unwrap(), plain_http)
                    .is_ok(),
                allowed,
                "{text}"
            );
        }
    }
}
