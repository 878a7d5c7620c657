//! The envelope of one secret, format `fg1`: a fresh data key encrypts the secret, a key derived
//! from the master key and a fresh salt wraps the data key, and both are bound to the row that
//! they belong to. Every key encrypts exactly one message, so no nonce can repeat under a key.

use super::{
    Unreadable,
    keyring::{RingKey, SALT_LENGTH},
};
use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

/// The format's name inside the associated data.
const FORMAT: &str = "fg1";
const NONCE_LENGTH: usize = 12;

/// What a sealed secret is bound to. Changing any of it makes the envelope unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding<'a> {
    pub(super) id: &'a str,
    pub(super) owner_kind: &'a str,
    pub(super) owner_id: &'a str,
    pub(super) provider: &'a str,
    pub(super) field: &'a str,
    /// The only origin that the secret may be sent to; empty where the provider has its own.
    pub(super) audience_origin: &'a str,
    pub(super) version: i64,
}

impl Binding<'_> {
    /// The associated data: every part with its length in front, so that two different bindings
    /// never encode equal.
    pub(super) fn encode(&self, kid: &str) -> Vec<u8> {
        let version = self.version.to_be_bytes();
        let parts: [&[u8]; 9] = [
            FORMAT.as_bytes(),
            self.id.as_bytes(),
            self.owner_kind.as_bytes(),
            self.owner_id.as_bytes(),
            self.provider.as_bytes(),
            self.field.as_bytes(),
            self.audience_origin.as_bytes(),
            &version,
            kid.as_bytes(),
        ];
        let mut encoded = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            encoded.extend_from_slice(&(part.len() as u64).to_be_bytes());
            encoded.extend_from_slice(part);
        }
        encoded
    }
}

/// The encrypted columns of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sealed<B> {
    pub(super) salt: B,
    pub(super) dek_nonce: B,
    pub(super) wrapped_dek: B,
    pub(super) nonce: B,
    pub(super) ciphertext: B,
}

/// Encrypts.
pub(super) fn seal(key: &RingKey, binding: &Binding<'_>, secret: &[u8]) -> Sealed<Vec<u8>> {
    let aad = binding.encode(&key.kid);
    let mut salt = [0; SALT_LENGTH];
    let mut dek_nonce = [0; NONCE_LENGTH];
    let mut nonce = [0; NONCE_LENGTH];
    let mut dek = Zeroizing::new([0; 32]);
    for random in [
        &mut salt[..],
        &mut dek_nonce,
        &mut nonce,
        dek.as_mut_slice(),
    ] {
        getrandom::fill(random).expect("the system has random bytes once it runs");
    }
    let wrapping_key = key.wrapping_key(&salt);
    Sealed {
        salt: salt.to_vec(),
        dek_nonce: dek_nonce.to_vec(),
        wrapped_dek: encrypt(&wrapping_key, dek_nonce, dek.as_slice(), &aad),
        nonce: nonce.to_vec(),
        ciphertext: encrypt(&dek, nonce, secret, &aad),
    }
}

/// Decrypts.
///
/// # Errors
/// [`Unreadable::Tampered`] when any byte of the envelope or any part of the binding is another
/// than at the sealing.
pub(super) fn open(
    key: &RingKey,
    binding: &Binding<'_>,
    sealed: &Sealed<&[u8]>,
) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    // A salt that ends in zeros would derive the same key without them.
    if sealed.salt.len() != SALT_LENGTH {
        return Err(Unreadable::Tampered);
    }
    let aad = binding.encode(&key.kid);
    let wrapping_key = key.wrapping_key(sealed.salt);
    let unwrapped = decrypt(&wrapping_key, sealed.dek_nonce, sealed.wrapped_dek, &aad)?;
    let mut dek = Zeroizing::new([0; 32]);
    if unwrapped.len() != dek.len() {
        return Err(Unreadable::Tampered);
    }
    dek.copy_from_slice(&unwrapped);
    decrypt(&dek, sealed.nonce, sealed.ciphertext, &aad)
}

fn encrypt(key: &[u8; 32], nonce: [u8; NONCE_LENGTH], message: &[u8], aad: &[u8]) -> Vec<u8> {
    Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(nonce), Payload { msg: message, aad })
        .expect("AES-GCM takes messages of up to 64 GiB")
}

fn decrypt(
    key: &[u8; 32],
    nonce: &[u8],
    message: &[u8],
    aad: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| Unreadable::Tampered)?;
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(nonce), Payload { msg: message, aad })
        .map(Zeroizing::new)
        .map_err(|_| Unreadable::Tampered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Tuple = (String, String, String, String, String, String, i64, String);

    fn encode(tuple: &Tuple) -> Vec<u8> {
        let (id, owner_kind, owner_id, provider, field, audience_origin, version, kid) = tuple;
        let binding = Binding {
            id,
            owner_kind,
            owner_id,
            provider,
            field,
            audience_origin,
            version: *version,
        };
        binding.encode(kid)
    }

    fn tuples() -> impl Strategy<Value = Tuple> {
        // Few letters, with separators and NUL, so that shifted borders do come up.
        let part = || "[ab|\\x00:]{0,4}";
        (
            part(),
            part(),
            part(),
            part(),
            part(),
            part(),
            0..3_i64,
            part(),
        )
    }

    /// The same text cut at other places.
    fn shifted() -> impl Strategy<Value = (Tuple, Tuple)> {
        ("[ab|\\x00]{0,12}", 0..13_usize, 0..13_usize).prop_map(|(text, first, second)| {
            let cut = |at: usize| {
                let (a, b) = text.split_at(at.min(text.len()));
                let rest = String::new;
                (
                    a.into(),
                    b.into(),
                    rest(),
                    rest(),
                    rest(),
                    rest(),
                    1,
                    rest(),
                )
            };
            (cut(first), cut(second))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn different_bindings_never_encode_equal(a in tuples(), b in tuples()) {
            prop_assert_eq!(a == b, encode(&a) == encode(&b));
        }

        #[test]
        fn a_moved_border_is_another_encoding((a, b) in shifted()) {
            prop_assert_eq!(a == b, encode(&a) == encode(&b));
        }
    }
}
