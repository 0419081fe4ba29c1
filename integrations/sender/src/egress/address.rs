//! Which addresses on the public Internet a request may go to, judged by number and never by spelling.
//!
//! The tables follow the IANA special-purpose address registries as of 2025-10-09, plus public addresses that clouds
//! answer themselves. IPv4 is open unless listed. IPv6 is closed outside 2000::/3, where little but transition
//! mechanisms lives, and each of those can carry an IPv4 address past a check that only reads the outer one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Judges one address; the error names the range that it is in.
pub(super) fn judge(address: IpAddr) -> Result<(), &'static str> {
    match address {
        IpAddr::V4(address) => judge_v4(address),
        IpAddr::V6(address) => judge_v6(address),
    }
}

const V4: &[(Ipv4Addr, u32, &str)] = &[
    // Linux connects 0.0.0.0 to the local host.
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    // Also the metadata service of Alibaba Cloud, and overlay networks.
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared address space"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    // The metadata services of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "AS112"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "multicast tunnelling"),
    // Equinix Metal's metadata service: a public address in no registry.
    (Ipv4Addr::new(192, 80, 8, 124), 32, "cloud metadata"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(192, 175, 48, 0), 24, "AS112"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    // Azure's WireServer: a public address in no registry.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "cloud metadata"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// What is closed within 2000::/3.
const V6: &[(Ipv6Addr, u32, &str)] = &[
    // Teredo, benchmarking, AMT, ORCHID and more; no host has an address in here.
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        "protocol assignments",
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        "documentation",
    ),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (
        Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0),
        48,
        "AS112",
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        "documentation",
    ),
];

fn judge_v4(address: Ipv4Addr) -> Result<(), &'static str> {
    let within = |&&(network, prefix, _): &&(Ipv4Addr, u32, &str)| {
        (u32::from(address) ^ u32::from(network)).leading_zeros() >= prefix
    };
    V4.iter()
        .find(within)
        .map_or(Ok(()), |&(_, _, why)| Err(why))
}

fn judge_v6(address: Ipv6Addr) -> Result<(), &'static str> {
    let segments = address.segments();
    // NAT64 hosts get every IPv4 destination in this form, so it is judged by what it carries and not refused whole.
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return judge_v4(last_v4(segments));
    }
    if segments[0] & 0xe000 != 0x2000 {
        return Err(if address.is_loopback() {
            "loopback"
        } else {
            "outside global unicast"
        });
    }
    let within = |&&(network, prefix, _): &&(Ipv6Addr, u32, &str)| {
        (u128::from(address) ^ u128::from(network)).leading_zeros() >= prefix
    };
    if let Some(&(_, _, why)) = V6.iter().find(within) {
        return Err(why);
    }
    // ISATAP tunnels to the IPv4 address in the interface id, under any prefix.
    if matches!(segments[4..6], [0 | 0x200, 0x5efe]) {
        return judge_v4(last_v4(segments));
    }
    Ok(())
}

fn last_v4(segments: [u16; 8]) -> Ipv4Addr {
    let [a, b] = segments[6].to_be_bytes();
    let [c, d] = segments[7].to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALLOWED: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.80.8.123",
        "192.80.8.125",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2003::",
        "2606:4700:4700::1111",
        "2620:4f:7fff::",
        "2620:4f:8001::",
        "3fff:1000::",
        "64:ff9b::8.8.8.8",
        "2606:4700::5efe:8.8.8.8",
        "2606:4700::1:5efe:10.0.0.1",
    ];

    const REFUSED: &[&str] = &[
        "0.0.0.0",
        "0.0.0.1",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.170.2",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.192",
        "192.0.0.255",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.80.8.124",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "192.175.48.1",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::1:0:0",
        "64:ff9b:1::1",
        "64:ff9b:1::10.0.0.1",
        "100::1",
        "100:0:0:1::1",
        "1fff:ffff::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:1::1",
        "2001:1ff:ffff::1",
        "2001:2::1",
        "2001:4:112::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "2001:db8::1",
        "2002:808:808::",
        "2002:7f00:1::",
        "2620:4f:8000::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "8000::1",
        "fc00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fdff::1",
        "fe80::1",
        "fe80::5efe:127.0.0.1",
        "febf::1",
        "fec0::1",
        "feff::1",
        "ff02::1",
        "ff0e::1",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:169.254.169.254",
    ];

    #[test]
    fn every_edge_of_every_range_is_on_its_side() {
        for text in ALLOWED {
            assert_eq!(judge(text.parse().unwrap()), Ok(()), "{text}");
        }
        for text in REFUSED {
            assert!(judge(text.parse().unwrap()).is_err(), "{text}");
        }
    }

    /// An address in a refused IPv4 range, chosen from the table itself.
    fn refused_v4() -> impl Strategy<Value = Ipv4Addr> {
        (0..V4.len(), any::<u32>()).prop_map(|(row, host)| {
            let (network, prefix, _) = V4[row];
            Ipv4Addr::from(u32::from(network) | host.checked_shr(prefix).unwrap_or(0))
        })
    }

    proptest! {
        #[test]
        fn no_embedding_carries_a_refused_address_past_the_guard(v4 in refused_v4(), prefix in any::<u64>()) {
            let bits = u128::from(u32::from(v4));
            let global = u128::from(0x2000_0000_0000_0000 | prefix >> 3) << 64;
            let embeddings = [
                bits,
                0xffff << 32 | bits,
                0xffff << 48 | bits,
                0x0064_ff9b << 96 | bits,
                0x0064_ff9b_0001 << 80 | bits,
                0x2002 << 112 | bits << 80,
                0x2001 << 112 | u128::from(!u32::from(v4)),
                global | 0x0000_5efe << 32 | bits,
                global | 0x0200_5efe << 32 | bits,
            ];
            prop_assert!(judge(v4.into()).is_err());
            for embedding in embeddings {
                prop_assert!(judge(Ipv6Addr::from(embedding).into()).is_err(), "{}", Ipv6Addr::from(embedding));
            }
        }

        #[test]
        fn an_address_and_its_text_are_judged_alike(bits in any::<u128>()) {
            let address = IpAddr::V6(Ipv6Addr::from(bits));
            prop_assert_eq!(judge(address), judge(address.to_string().parse().unwrap()));
        }
    }
}
