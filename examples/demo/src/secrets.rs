//! Fake secrets, good for nothing but this demo.

/// What the shop signs with now.
pub(crate) const SHOP: &str = "whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIHNob3AsIG5ldw==";
/// What the shop signed with before; the receiver still takes it.
pub(crate) const SHOP_OLD: &str = "whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIHNob3AsIG9sZA==";
/// What the shop signed with long ago; the receiver has forgotten it.
pub(crate) const SHOP_RETIRED: &str = "whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIHNob3AsIGdvbmU=";
/// What the other provider signs with.
pub(crate) const GITHUB: &str = "demo-secret-of-the-other-provider";

/// The variables in which the receiver looks for them.
pub(crate) const SHOP_VARIABLE: &str = "SHOP_SECRET";
pub(crate) const SHOP_OLD_VARIABLE: &str = "SHOP_SECRET_OLD";
pub(crate) const GITHUB_VARIABLE: &str = "GITHUB_SECRET";
