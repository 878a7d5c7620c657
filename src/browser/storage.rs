//! Texts that the browser keeps under names. It may refuse every access: then nothing is found and
//! nothing is kept.

/// For whom a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// For every tab of this site, until it is removed.
    Everywhere,
    /// For this tab, until it is closed.
    InThisTab,
}

#[cfg(feature = "hydrate")]
fn storage(kept: Kept) -> Option<web_sys::Storage> {
    match kept {
        Kept::Everywhere => web_sys::window()?.local_storage().ok()?,
        Kept::InThisTab => super::page::tab_storage(),
    }
}

/// The text under a name. On the server: none.
#[must_use]
pub fn read(kept: Kept, name: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return storage(kept)?.get_item(name).ok()?;
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (kept, name);
        None
    }
}

/// Puts a text under a name, or removes the name; whether the browser has done it. A text that it
/// refuses leaves the old one in place. On the server: no.
pub fn write(kept: Kept, name: &str, text: Option<&str>) -> bool {
    #[cfg(feature = "hydrate")]
    return storage(kept).is_some_and(|storage| {
        let done = match text {
            Some(text) => storage.set_item(name, text),
            None => storage.remove_item(name),
        };
        done.is_ok()
    });
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (kept, name, text);
        false
    }
}
