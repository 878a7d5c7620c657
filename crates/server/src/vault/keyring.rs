//! What is derived from a master key: its id, its check value, the key that wraps one record's
//! data key, the key of fingerprints. Each has an info string of its own, so none tells about
//! another.

use super::master::{MasterKey, MasterKeys};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The length of the salt of one record's wrapping key.
pub(super) const SALT_LENGTH: usize = 32;

/// One master key with what is derived from it once.
pub(super) struct RingKey {
    master: MasterKey,
    /// Its id: 16 hexadecimal digits, derived and not chosen.
    pub(super) kid: String,
    fingerprints: Zeroizing<[u8; 32]>,
}

impl RingKey {
    pub(super) fn new(master: MasterKey) -> Self {
        let mut kid = [0; 8];
        expand(&master, None, b"fg1/kid", &mut kid);
        let mut fingerprints = Zeroizing::new([0; 32]);
        expand(&master, None, b"fg1/fp", fingerprints.as_mut_slice());
        Self {
            master,
            kid: hex::encode(kid),
            fingerprints,
        }
    }

    /// The value by which this key is known again: it tells nothing about the key.
    pub(super) fn check_value(&self) -> Vec<u8> {
        let mut key = Zeroizing::new([0; 32]);
        expand(&self.master, None, b"fg1/kcv", key.as_mut_slice());
        mac(&key, self.kid.as_bytes()).to_vec()
    }

    /// The key that wraps the data key of the record with this salt.
    pub(super) fn wrapping_key(&self, salt: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        expand(&self.master, Some(salt), b"fg1/wrap", key.as_mut_slice());
        key
    }

    /// Twelve hexadecimal digits that are equal for equal secrets, and cannot be guessed from a
    /// secret without the master key.
    pub(super) fn fingerprint(&self, secret: &[u8]) -> String {
        hex::encode(&mac(&self.fingerprints, secret)[..6])
    }
}

/// The current key first, then the older ones; one key to a kid.
pub(super) struct Keyring(Vec<RingKey>);

impl Keyring {
    pub(super) fn new(keys: MasterKeys) -> Self {
        let all = std::iter::once(keys.current).chain(keys.older);
        Self(all.map(RingKey::new).collect())
    }

    /// The key that everything is written with.
    pub(super) fn current(&self) -> &RingKey {
        &self.0[0]
    }

    /// Exactly the key with this id. There is no trying of others.
    pub(super) fn get(&self, kid: &str) -> Option<&RingKey> {
        self.0.iter().find(|key| key.kid == kid)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RingKey> {
        self.0.iter()
    }
}

fn expand(master: &MasterKey, salt: Option<&[u8]>, info: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::new(salt, master.bytes())
        .expand(info, out)
        .expect("HKDF-SHA256 gives up to 8,160 bytes");
}

fn mac(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}
