//! The first page: what this is. Those who are signed in see their projects instead.

use super::ProjectsPage;
use crate::erase::{Erase, EraseAll};
use crate::stores::stores;
use leptos::prelude::*;
use leptos_meta::Title;

const POINTS: [(&str, &str); 3] = [
    (
        "You choose who generates",
        "For text, images, video, voiceover and music: pick a provider and a model, for everything or for one project.",
    ),
    (
        "You see the cost first",
        "Before anything is sent you see who generates it, what it costs, who pays, and why this provider was chosen.",
    ),
    (
        "Your keys stay yours",
        "Keys are encrypted where they are stored, are never shown again, and go to their provider alone.",
    ),
];

/// The page.
#[component]
pub fn LandingPage() -> impl IntoView {
    if stores().session.me.with_untracked(Option::is_some) {
        return ProjectsPage().into_any();
    }
    view! {
        <Title text=""/>
        <section class="landing">
            <h1>"Make a film, scene by scene, with the providers you choose"</h1>
            <p class="lead">
                "Write the story, draw its characters and scenes, bring them to life, give them a voice and music."
            </p>
            <p class="actions">
                <a class="button primary" href="/sign-up">
                    "Create an account"
                </a>
                <a class="button" href="/sign-in">
                    "I have an account"
                </a>
            </p>
            <ul class="points">
                {POINTS
                    .into_iter()
                    .map(|(title, text)| {
                        view! {
                            <li class="card">
                                <h2>{title}</h2>
                                <p>{text}</p>
                            </li>
                        }
                    })
                    .erase_all()}
            </ul>
        </section>
    }
    .erase()
}
