//! One type for every view, and for what views follow. Each distinct type is code of its own in the
//! bundle; erased, all lists, choices, attributes and handlers of the pages share theirs.

use leptos::{ev, prelude::*};
use std::sync::Arc;

/// Forgets the type of a view.
pub trait Erase {
    /// The view without its type.
    fn erase(self) -> AnyView;
}

impl<T: IntoView> Erase for View<T> {
    fn erase(self) -> AnyView {
        self.into_inner().into_any()
    }
}

impl<T: Erase> Erase for Option<T> {
    fn erase(self) -> AnyView {
        self.map_or_else(|| ().into_any(), Erase::erase)
    }
}

impl Erase for AnyView {
    fn erase(self) -> AnyView {
        self
    }
}

/// Forgets the types of many views.
pub trait EraseAll {
    /// The views in their order, without their types.
    fn erase_all(self) -> AnyView;
}

impl<I: Iterator<Item: Erase>> EraseAll for I {
    fn erase_all(self) -> AnyView {
        self.map(Erase::erase).collect::<Vec<_>>().into_any()
    }
}

/// A view that follows the signals it reads.
pub fn live(render: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    follow(Box::new(render))
}

type Render = Box<dyn Fn() -> AnyView + Send + Sync>;

fn follow(render: Render) -> AnyView {
    (move || render()).into_any()
}

/// A text that follows the signals it reads.
pub fn live_text<T: 'static>(text: impl Fn() -> T + Send + Sync + 'static) -> AnyView
where
    Dynamic<T>: IntoAny,
{
    dynamic(text).into_any()
}

/// A value that follows the signals it reads, for an attribute.
pub type Dynamic<T> = Box<dyn Fn() -> T + Send + Sync>;

/// An attribute that follows the signals it reads.
pub fn dynamic<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Dynamic<T> {
    Box::new(value)
}

/// What is done at a click.
pub fn on_click(handler: impl FnMut(ev::MouseEvent) + 'static) -> Box<dyn FnMut(ev::MouseEvent)> {
    Box::new(handler)
}

/// What is done when something was entered or chosen.
pub fn on_input(handler: impl FnMut(ev::Event) + 'static) -> Box<dyn FnMut(ev::Event)> {
    Box::new(handler)
}

/// What is done at a key.
pub fn on_key(
    handler: impl FnMut(ev::KeyboardEvent) + 'static,
) -> Box<dyn FnMut(ev::KeyboardEvent)> {
    Box::new(handler)
}

/// A value that is computed again when a signal that it reads has changed.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    remember(Box::new(value))
}

fn remember<T: PartialEq + Send + Sync + 'static>(value: Dynamic<T>) -> Memo<T> {
    Memo::new(move |_| value())
}

/// Does something now, and again whenever a signal changes that it reads. On the server: nothing.
pub fn effect(run: impl FnMut() + 'static) {
    start(Box::new(run));
}

fn start(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// Does something whenever a signal changes that `read` reads, but not at first. A memo has to be read
/// there, not only tracked: until somebody reads it, it does not know what it depends on. On the
/// server: nothing.
pub fn watch(read: impl Fn() + 'static, mut then: impl FnMut() + 'static) {
    let mut at_first = true;
    effect(move || {
        read();
        if !std::mem::take(&mut at_first) {
            untrack(&mut then);
        }
    });
}

/// A list whose entries keep their place in the page while others come and go. Each is known by its
/// key.
pub fn keyed(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    entry: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    list(Box::new(keys), Arc::new(entry))
}

type Keys = Box<dyn Fn() -> Vec<String> + Send + Sync>;
type Entry = Arc<dyn Fn(String) -> AnyView + Send + Sync>;

fn list(keys: Keys, entry: Entry) -> AnyView {
    let entry = move |key| entry(key);
    view! { <For each=keys key=Clone::clone children=entry/> }.erase()
}
