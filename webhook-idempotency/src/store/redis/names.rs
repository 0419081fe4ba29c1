//! What the keys are called, and which slot they fall into.

use crate::key::Key;

/// Into how many parts the records are divided. Each has one index beside its records, in one slot of a cluster. Many more than a cluster has primaries, so that the parts spread evenly; few enough to ask all of them.
pub(super) const PARTS: u16 = 256;

/// The part that a key belongs to: its first byte. Its two hexadecimal digits stand in braces in every name, which is what
/// Redis Cluster takes the slot from.
pub(super) fn part(key: &Key) -> u16 {
    let [first, ..] = *key.as_bytes();
    u16::from(first)
}

/// Names under one prefix.
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// A hash with everything that is known of one record.
    pub(super) fn record(&self, key: &Key) -> String {
        format!("{}:{{{:02x}}}:{key}", self.prefix, part(key))
    }

    /// A sorted set of what is settled in one part, by namespace and time.
    pub(super) fn index(&self, part: u16) -> String {
        format!("{}:{{{part:02x}}}:settled", self.prefix)
    }
}

/// The slot of a part: CRC-16/XMODEM of what is in the braces, modulo 16,384
/// (<https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>).
pub(super) fn slot(part: u16) -> u16 {
    crc16(format!("{part:02x}").as_bytes()) % 16_384
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_is_the_one_that_the_cluster_specification_gives() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        // python3 -c "import binascii; print(binascii.crc_hqx(b'ab', 0) % 16384)"
        assert_eq!(slot(0xab), 13_567);
    }

    #[test]
    fn all_names_of_one_part_share_what_is_in_the_braces() {
        let names = Names::new("webhook".into());
        let key = Key::from_bytes([0xab; 32]);
        assert_eq!(part(&key), 0xab);
        let record = names.record(&key);
        assert_eq!(record, format!("webhook:{{ab}}:{}", "ab".repeat(32)));
        assert_eq!(names.index(0xab), "webhook:{ab}:settled");
    }
}
