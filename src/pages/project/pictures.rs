//! Reference pictures and first frames: from what was drawn in the project, or from a file.

use super::inputs::picture_limit;
use crate::erase::{Erase, EraseAll, dynamic, keyed, live, memo, on_input};
use crate::{
    browser,
    stores::{Draft, stores},
};
use domain::{
    Operation, ProjectId,
    catalog::Model,
    generation::{Generation, Status},
};
use leptos::prelude::*;

/// A picture that can be picked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Drawn {
    id: String,
    url: String,
    name: String,
}

/// The pictures of a project, newest first.
fn drawn(items: &[Generation], project: &ProjectId) -> Vec<Drawn> {
    items
        .iter()
        .filter(|item| item.project_id.as_ref() == Some(project))
        .filter(|item| item.operation() == Operation::Image && item.status == Status::Succeeded)
        .flat_map(|item| {
            item.outputs
                .iter()
                .filter(|output| output.media_type.starts_with("image/"))
                .map(|output| Drawn {
                    id: output.id.0.clone(),
                    url: output.url.clone(),
                    name: item.input.text().chars().take(60).collect(),
                })
        })
        .collect()
}

/// Puts a picture into the draft or takes it out; the oldest choice goes where there is no room.
fn toggle(images: &mut Vec<String>, picture: &str, limit: u32) {
    if let Some(position) = images.iter().position(|image| image == picture) {
        images.remove(position);
        return;
    }
    images.push(picture.to_owned());
    let limit = limit as usize;
    if images.len() > limit {
        images.drain(..images.len() - limit);
    }
}

/// Picks pictures for a draft; not there where the model takes none.
#[component]
pub fn Pictures(
    project: ProjectId,
    operation: Operation,
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: RwSignal<Vec<(String, String)>>,
) -> impl IntoView {
    let generations = stores().generations;
    let limit = memo(move || model.with(|model| picture_limit(operation, model.as_ref())));
    let known = memo(move || generations.items.with(|items| drawn(items, &project)));
    live(move || {
        let (most, name) = limit.get();
        (most > 0)
            .then(|| {
                view! {
                    <fieldset class="pictures">
                        <legend>
                            {name} {(most > 1).then(|| format!(" (up to {most})"))}
                        </legend>
                        <div class="picture-row">
                            {keyed(
                                move || {
                                    known
                                        .with(|known| {
                                            known.iter().map(|picture| picture.id.clone()).collect()
                                        })
                                },
                                move |id| {
                                    known
                                        .with_untracked(|known| {
                                            known.iter().find(|picture| picture.id == id).cloned()
                                        })
                                        .map(|picture| {
                                            view! { <Pick picture=picture most=most draft=draft/> }
                                        })
                                        .erase()
                                },
                            )}
                            <Uploaded draft=draft/>
                        </div>
                        <Upload most=most draft=draft problems=problems/>
                    </fieldset>
                }
            })
            .erase()
    })
}

#[component]
fn Pick(picture: Drawn, most: u32, draft: RwSignal<Draft>) -> impl IntoView {
    let alive = stores().session.alive;
    let Drawn { id, url, name } = picture;
    let picked = {
        let id = id.clone();
        memo(move || draft.with(|draft| draft.images.contains(&id)))
    };
    view! {
        <label class="picture">
            <input
                type="checkbox"
                disabled=dynamic(move || !alive.get())
                prop:checked=picked
                on:change=on_input(move |_| draft.update(|draft| toggle(&mut draft.images, &id, most)))
            />
            <img src=url alt=name loading="lazy"/>
        </label>
    }
    .erase()
}

/// The pictures that came from files.
#[component]
fn Uploaded(draft: RwSignal<Draft>) -> impl IntoView {
    live(move || {
        draft
            .with(|draft| {
                draft
                    .images
                    .iter()
                    .filter(|image| image.starts_with("data:"))
                    .cloned()
                    .collect::<Vec<_>>()
            })
            .into_iter()
            .map(|image| {
                let shown = image.clone();
                view! {
                    <label class="picture">
                        <input
                            type="checkbox"
                            checked
                            prop:checked=true
                            on:change=on_input(move |_| {
                                draft.update(|draft| draft.images.retain(|other| *other != image));
                            })
                        />
                        <img src=shown alt="Picture from a file"/>
                    </label>
                }
            })
            .erase_all()
    })
}

#[component]
fn Upload(
    most: u32,
    draft: RwSignal<Draft>,
    problems: RwSignal<Vec<(String, String)>>,
) -> impl IntoView {
    let alive = stores().session.alive;
    let problem = RwSignal::new(None::<String>);
    view! {
        <div class="field">
            <label for="input-file">"Use a picture from a file"</label>
            <input
                id="input-file"
                type="file"
                accept="image/png,image/jpeg,image/webp"
                disabled=dynamic(move || !alive.get())
                aria-describedby="input-file-note"
                on:change=on_input(move |event| {
                    browser::file::read_picture(
                        &event,
                        move |read| match read {
                            Ok(url) => {
                                problem.try_set(None);
                                draft.try_update(|draft| toggle(&mut draft.images, &url, most));
                            }
                            Err(sentence) => {
                                problem.try_set(Some(sentence));
                            }
                        },
                    );
                })
            />
            <div class="field-note" id="input-file-note" aria-live="polite">
                {live(move || {
                    problem
                        .get()
                        .or_else(|| {
                            problems
                                .with(|problems| {
                                    problems
                                        .iter()
                                        .find(|(field, _)| {
                                            field == "image" || field == "reference_images"
                                        })
                                        .map(|(_, message)| message.clone())
                                })
                        })
                        .map(|sentence| view! { <p class="hint bad">{sentence}</p> }).erase()
                })}
            </div>
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_first_frame_takes_the_place_of_the_old_one() {
        let mut images = vec!["a".to_owned()];
        toggle(&mut images, "b", 1);
        assert_eq!(images, ["b"]);
        toggle(&mut images, "b", 1);
        assert!(images.is_empty());
    }

    #[test]
    fn several_references_stay_in_the_order_of_choice() {
        let mut images = Vec::new();
        for picture in ["a", "b", "c"] {
            toggle(&mut images, picture, 2);
        }
        assert_eq!(images, ["b", "c"]);
    }
}
