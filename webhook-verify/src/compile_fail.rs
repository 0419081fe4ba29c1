//! What must not compile, so that a [`Verified`](crate::Verified) is evidence: nobody but the engine makes one, and nobody
//! alters one. Each block fails for the one line behind the preamble, which compiles by itself:
//!
//! ```
//! use bytes::Bytes;
//! use webhook_verify::Verified;
//! fn any<T: Default>() {}
//! fn shown<T: std::fmt::Display>() {}
//! fn written<T: serde::Serialize>() {}
//! fn read<'de, T: serde::Deserialize<'de>>() {}
//! any::<Bytes>();
//! shown::<String>();
//! written::<&str>();
//! read::<&str>();
//! ```
//!
//! No literal alters a proof.
//!
//! ```compile_fail,E0451
//! use bytes::Bytes;
//! use webhook_verify::Verified;
//! fn altered(verified: Verified) -> Verified { Verified { body: Bytes::new(), ..verified } }
//! ```
//!
//! No assignment does.
//!
//! ```compile_fail,E0616
//! use bytes::Bytes;
//! use webhook_verify::Verified;
//! fn alter(verified: &mut Verified) { verified.body = Bytes::new(); }
//! ```
//!
//! Its body cannot be written to.
//!
//! ```compile_fail,E0594
//! use webhook_verify::Verified;
//! fn alter(verified: &mut Verified) { verified.body()[0] = b'x'; }
//! ```
//!
//! There is no way to its body that can be written to.
//!
//! ```compile_fail,E0599
//! use webhook_verify::Verified;
//! fn alter(verified: &mut Verified) { verified.body_mut(); }
//! ```
//!
//! Nor is there one through a conversion.
//!
//! ```compile_fail,E0277
//! use webhook_verify::Verified;
//! fn alter(verified: &mut Verified) { fn bytes(_: impl AsMut<[u8]>) {} bytes(verified); }
//! ```
//!
//! Its constructor is the engine's.
//!
//! ```compile_fail,E0624
//! use webhook_verify::Verified;
//! let new = Verified::<bytes::Bytes>::new;
//! ```
//!
//! It has no default.
//!
//! ```compile_fail,E0277
//! fn any<T: Default>() {}
//! any::<webhook_verify::Verified>();
//! ```
//!
//! It does not come from bytes.
//!
//! ```compile_fail,E0277
//! fn from_bytes<T: From<bytes::Bytes>>() {}
//! from_bytes::<webhook_verify::Verified>();
//! ```
//!
//! It cannot be read from anything stored.
//!
//! ```compile_fail,E0277
//! fn read<'de, T: serde::Deserialize<'de>>() {}
//! read::<webhook_verify::Verified>();
//! ```
//!
//! A type of somebody else's cannot be its body: such a type could show other bytes after the verification.
//!
//! ```compile_fail,E0277
//! struct TwoFaced;
//! impl AsRef<[u8]> for TwoFaced { fn as_ref(&self) -> &[u8] { b"" } }
//! impl webhook_verify::Body for TwoFaced { fn into_bytes(self) -> bytes::Bytes { bytes::Bytes::new() } }
//! ```
//!
//! The seal on that trait cannot be named.
//!
//! ```compile_fail,E0603
//! struct TwoFaced;
//! impl webhook_verify::body::sealed::Sealed for TwoFaced {}
//! ```
//!
//! A row cannot be bent into a scheme that covers less under a trusted name.
//!
//! ```compile_fail,E0451
//! use webhook_verify::{Scheme, Stripe};
//! let bent = Scheme { content: &[], ..Stripe::SCHEME };
//! ```
//!
//! A verifier without secrets does not exist.
//!
//! ```compile_fail,E0277
//! fn any<T: Default>() {}
//! any::<webhook_verify::Verifier>();
//! ```
//!
//! A provider that leaves the body uncovered has no constructor that does not say so.
//!
//! ```compile_fail,E0599
//! let telegram = webhook_verify::Telegram::new("not-a-real-secret");
//! ```
//!
//! A verifier of one provider does not stand in for another's.
//!
//! ```compile_fail,E0308
//! use webhook_verify::{GitHub, Stripe};
//! fn receive(stripe: Stripe) {}
//! fn mixed_up(github: GitHub) { receive(github); }
//! ```
//!
//! A secret has no default, which could only be empty.
//!
//! ```compile_fail,E0277
//! fn any<T: Default>() {}
//! any::<webhook_verify::Secret>();
//! ```
//!
//! It is not made without being looked at.
//!
//! ```compile_fail,E0277
//! fn unchecked<T: From<String>>() {}
//! unchecked::<webhook_verify::Secret>();
//! ```
//!
//! It cannot be printed.
//!
//! ```compile_fail,E0277
//! fn shown<T: std::fmt::Display>() {}
//! shown::<webhook_verify::Secret>();
//! ```
//!
//! It cannot be written into a configuration.
//!
//! ```compile_fail,E0277
//! fn written<T: serde::Serialize>() {}
//! written::<webhook_verify::Secret>();
//! ```
//!
//! Its text cannot be taken out.
//!
//! ```compile_fail,E0624
//! use webhook_verify::Secret;
//! fn leak(secret: &Secret) -> &[u8] { secret.expose() }
//! ```
//!
//! A set of secrets is never empty either.
//!
//! ```compile_fail,E0277
//! fn any<T: Default>() {}
//! any::<webhook_verify::SecretSet>();
//! ```
