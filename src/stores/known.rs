//! A few things under their keys, in the order in which they came. They are searched from the front: of
//! so few that is fast, and a tree for each type would be much code in the browser.

/// Things under their keys.
#[derive(Debug, Clone)]
pub struct Known<K, V>(Vec<(K, V)>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Known<K, V> {
    /// What stands under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// Puts something under a key, in place of what is there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, present)) => *present = value,
            None => self.0.push((key, value)),
        }
    }

    /// Takes away what stands under a key.
    pub fn remove(&mut self, key: &K) {
        self.0.retain(|(known, _)| known != key);
    }

    /// Every key with what stands under it, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_thing_and_keeps_its_place() {
        let mut known = Known::default();
        known.insert("a", 1);
        known.insert("b", 2);
        known.insert("a", 3);
        assert_eq!(known.iter().collect::<Vec<_>>(), [&("a", 3), &("b", 2)]);
        assert_eq!(known.get(&"b"), Some(&2));
        known.remove(&"a");
        known.remove(&"b");
        assert!(known.is_empty());
        assert_eq!(known.get(&"a"), None);
    }
}
