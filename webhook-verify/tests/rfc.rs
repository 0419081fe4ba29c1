//! The test vectors of RFC 2202 and RFC 4231, through the signer and the verifier: whole, at every chunk size, with the
//! secret first, second and absent, and with the signature cut or altered.
#![allow(clippy::unwrap_used)]

use webhook_verify::{
    CustomHash, CustomSecret, Message, Scheme, Secret, Signer, Verifier, VerifyError,
};

struct Vector {
    rfc: &'static str,
    hash: CustomHash,
    key: Vec<u8>,
    data: Vec<u8>,
    digest: &'static str,
}

fn vectors() -> Vec<Vector> {
    let counting: Vec<u8> = (1..=25).collect();
    let text = |text: &str| text.as_bytes().to_vec();
    let key_first = text("Test Using Larger Than Block-Size Key - Hash Key First");
    let larger = text(
        "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    );
    let sha1 = [
        (
            "RFC 2202, 3.1",
            vec![0x0b; 20],
            text("Hi There"),
            "b617318655057264e28bc0b6fb378c8ef146be00",
        ),
        (
            "RFC 2202, 3.2",
            text("Jefe"),
            text("what do ya want for nothing?"),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        ),
        (
            "RFC 2202, 3.3",
            vec![0xaa; 20],
            vec![0xdd; 50],
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
        ),
        (
            "RFC 2202, 3.4",
            counting.clone(),
            vec![0xcd; 50],
            "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
        ),
        (
            "RFC 2202, 3.5",
            vec![0x0c; 20],
            text("Test With Truncation"),
            "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04",
        ),
        (
            "RFC 2202, 3.6",
            vec![0xaa; 80],
            key_first.clone(),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        ),
        (
            "RFC 2202, 3.7",
            vec![0xaa; 80],
            text("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
        ),
    ];
    let sha2 = [
        (
            "RFC 4231, 4.2",
            vec![0x0b; 20],
            text("Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
        (
            "RFC 4231, 4.3",
            text("Jefe"),
            text("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            "RFC 4231, 4.4",
            vec![0xaa; 20],
            vec![0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        ),
        (
            "RFC 4231, 4.5",
            counting,
            vec![0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
        ),
        (
            "RFC 4231, 4.7",
            vec![0xaa; 131],
            key_first,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        ),
        (
            "RFC 4231, 4.8",
            vec![0xaa; 131],
            larger,
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
        ),
    ];
    let sha1 = sha1.map(|(rfc, key, data, digest)| Vector {
        rfc,
        hash: CustomHash::Sha1,
        key,
        data,
        digest,
    });
    let sha2 = sha2.into_iter().flat_map(|(rfc, key, data, short, long)| {
        [(CustomHash::Sha256, short), (CustomHash::Sha512, long)].map(|(hash, digest)| Vector {
            rfc,
            hash,
            key: key.clone(),
            data: data.clone(),
            digest,
        })
    });
    sha1.into_iter().chain(sha2).collect()
}

/// In hexadecimal digits, since one key is nothing but white space and no text may be; except for the one that is too short
/// for that.
fn is_text(vector: &Vector) -> bool {
    vector.key.len() < 16
}

fn secret(vector: &Vector, key: &[u8]) -> Secret {
    match is_text(vector) {
        true => Secret::new(key).unwrap(),
        false => Secret::new(
            key.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
        )
        .unwrap(),
    }
}

fn scheme(vector: &Vector) -> Scheme {
    Scheme::custom("rfc", "x-signature")
        .secret(match is_text(vector) {
            true => CustomSecret::Text,
            false => CustomSecret::Hex,
        })
        .hash(vector.hash)
        .build()
        .unwrap()
}

fn verifier(vector: &Vector, keys: &[&[u8]]) -> Verifier {
    keys.iter()
        .enumerate()
        .fold(Verifier::builder(scheme(vector)), |builder, (at, key)| {
            builder.secret(&at.to_string(), secret(vector, key))
        })
        .build()
        .unwrap()
}

#[test]
fn we_sign_what_the_rfcs_say() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 19);
    for vector in vectors {
        let signer = Signer::new(scheme(&vector), secret(&vector, &vector.key)).unwrap();
        let signed = signer.sign(&Message::new(&vector.data)).unwrap();
        let header = signed.iter().next().unwrap();
        assert_eq!(header, ("x-signature", vector.digest), "{}", vector.rfc);
    }
}

#[test]
fn we_verify_what_the_rfcs_say_whole_and_in_chunks_of_every_size() {
    for vector in vectors() {
        let headers = [("x-signature", vector.digest)];
        let other: &[u8] = b"another fake key";
        for (keys, label) in [
            (&[&*vector.key][..], Some("0")),
            (&[&*vector.key, other], Some("0")),
            (&[other, &*vector.key], Some("1")),
            (&[other], None),
        ] {
            let verifier = verifier(&vector, keys);
            let verdict = verifier.verify(headers, &*vector.data);
            let found = verdict
                .map(|verified| verified.secret_label().to_owned())
                .ok();
            assert_eq!(found.as_deref(), label, "{}", vector.rfc);
            for size in 1..=vector.data.len() + 1 {
                let mut pieces = verifier.begin(headers).unwrap();
                for chunk in vector.data.chunks(size) {
                    pieces.update(chunk).unwrap();
                }
                let found = pieces
                    .finish()
                    .map(|verified| verified.secret_label().to_owned());
                assert_eq!(found.ok().as_deref(), label, "{} by {size}", vector.rfc);
            }
        }
    }
}

#[test]
fn no_signature_of_the_rfcs_verifies_when_it_is_cut_or_one_bit_is_altered() {
    for vector in vectors() {
        let verifier = verifier(&vector, &[&vector.key]);
        let refused = |digest: &str| {
            let verdict = verifier.verify([("x-signature", digest)], &*vector.data);
            verdict.map(|_| ()).unwrap_err()
        };
        // RFC 4231's fifth case and RFC 2202's cut their tags; no scheme here does.
        for len in 1..vector.digest.len() {
            assert_eq!(
                refused(&vector.digest[..len]),
                VerifyError::SignatureMismatch,
                "{} cut to {len}",
                vector.rfc
            );
        }
        for at in 0..vector.digest.len() {
            for bit in 0..4 {
                let digit = vector.digest[at..=at].chars().next().unwrap();
                let altered = digit.to_digit(16).unwrap() ^ (1 << bit);
                let mut digest = vector.digest.to_owned();
                digest.replace_range(at..=at, &format!("{altered:x}"));
                assert_eq!(
                    refused(&digest),
                    VerifyError::SignatureMismatch,
                    "{} at {at}",
                    vector.rfc
                );
            }
        }
    }
}
