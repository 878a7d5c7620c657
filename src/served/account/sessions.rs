//! Where the account is signed in.

use super::{Account, PAGE};
use crate::{
    served::parts::{Table, problem},
    words::minute,
};
use leptos::prelude::*;
use server::auth::session::SessionView;

/// The part of the page.
pub(super) fn view(account: &Account, said: Option<AnyView>) -> AnyView {
    let content = match &account.sessions {
        Err(error) => problem(error),
        Ok(sessions) => list(account, sessions),
    };
    view! {
        <section class="card account-part" id="sessions" aria-labelledby="sessions-heading">
            <h2 id="sessions-heading">"Where you are signed in"</h2>
            {said}
            {content}
        </section>
    }
    .into_any()
}

fn list(account: &Account, sessions: &[SessionView]) -> AnyView {
    let rows = sessions.iter().map(|session| row(account, session));
    let others = (sessions.len() > 1).then(|| {
        view! {
            <form method="post" action=format!("{PAGE}/sessions/end-others")>
                {account.made_for()} <button type="submit">"Sign out everywhere else"</button>
            </form>
        }
    });
    let table = Table {
        name: "Sessions",
        captioned: false,
        columns: &["With what", "From", "Since", "Last used"],
        buttons: Some("Sign out"),
    };
    view! {
        {table.with(rows.collect())}
        {others}
    }
    .into_any()
}

fn row(account: &Account, session: &SessionView) -> AnyView {
    let mut agent = session.agent.clone();
    // It stands at the beginning of its cell.
    if let Some(first) = agent.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let since = minute(session.created_at);
    let end = if session.current {
        view! { <span class="badge good">"This one"</span> }.into_any()
    } else {
        let label = format!("Sign out: {agent}, since {since}");
        view! {
            <form method="post" action=format!("{PAGE}/sessions/end")>
                {account.made_for()} <input type="hidden" name="id" value=session.id.clone()/>
                <button type="submit" class="small" aria-label=label>
                    "Sign out"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row" class="wrap">{agent}</th>
            <td>{session.address.clone()}</td>
            <td>{since}</td>
            <td>{minute(session.last_used_at)}</td>
            <td>{end}</td>
        </tr>
    }
    .into_any()
}
