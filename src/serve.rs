//! Wires the parts of the server in the order in which a request meets them, and runs it until it
//! is told to stop.

#[cfg(test)]
mod tests;

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header::SET_COOKIE},
    middleware::{self, Next},
    response::Response,
    routing::post,
    serve::ListenerExt,
};
use film_generator::{
    app, seed,
    served::{self, Served},
    shell::{self, Bundle},
};
use leptos::{
    prelude::{LeptosOptions, provide_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{
    LeptosRoutes, generate_route_list_with_exclusions, render_app_to_stream_with_context,
};
use server::{
    api,
    app::App,
    config::{Config, ProviderMode},
    generation::worker,
    metrics,
    start::{Problem, start},
    web::{self, Cacheable, MaybeActor},
};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tower_http::{CompressionLevel, compression::CompressionLayer, services::ServeDir};
use url::Url;

/// How long new connections are still taken after the stop, so that whoever distributes them can see
/// at `/readyz` that they should go elsewhere.
const DRAIN: Duration = Duration::from_secs(1);
/// How long requests may go on after the stop.
const GRACE: Duration = Duration::from_millis(8_500);
/// How long the database may take to close.
const CLOSING: Duration = Duration::from_millis(500);

/// Serves until Ctrl-C or SIGTERM; a second one ends the process at once.
///
/// # Errors
/// [`Problem`] where it cannot start.
pub async fn run(config: Config) -> Result<(), Problem> {
    let bundle = Bundle::from_dist(&config.dist).map_err(|problem| {
        Problem::Config(format!(
            "FILM_DIST must be a folder with a complete bundle. {problem}"
        ))
    })?;
    let sandbox = sandbox(&config).await?;
    let app = start(config, sandbox.as_ref()).await?;
    let addr = app.config.addr;
    let listener = TcpListener::bind(addr).await.map_err(|error| {
        Problem::Start(format!("FILM_ADDR {addr} cannot be listened on: {error}."))
    })?;
    let listener = listener.tap_io(|socket| {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "a socket keeps its delay");
        }
    });

    let jobs = tokio::spawn(worker::run(app.clone()));
    let router = router(app.clone(), bundle);
    tracing::info!(address = %app.config.public_origin.as_str(), "ready");
    tokio::spawn(stop_when_told(app.clone()));
    let stopped = {
        let begun = app.stop.begun();
        async {
            begun.await;
            tokio::time::sleep(DRAIN).await;
        }
    };
    let serving = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stopped);
    tokio::select! {
        outcome = serving => outcome.map_err(|error| Problem::start("The server stopped", &error))?,
        () = async { app.stop.begun().await; tokio::time::sleep(GRACE).await } => {
            tracing::info!("open connections are cut");
        }
    }
    if let Err(error) = jobs.await {
        tracing::error!(%error, "the worker stopped badly");
    }
    if tokio::time::timeout(CLOSING, app.db.close()).await.is_err() {
        tracing::info!("the database is left to close by itself");
    }
    Ok(())
}

/// Announces the end at the first signal, and ends the process at the second.
async fn stop_when_told(app: App) {
    let mut signals = Signals::new();
    signals.next().await;
    tracing::info!("stopping");
    app.stop.begin();
    signals.next().await;
    tracing::warn!("stopped at once");
    std::process::exit(1);
}

/// Serves simulated providers until Ctrl-C or SIGTERM.
///
/// # Errors
/// [`Problem::Start`] where the address cannot be listened on.
pub async fn sandbox_alone(addr: SocketAddr) -> Result<(), Problem> {
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|error| Problem::start("The sandbox", &error))?;
    println!("Simulated providers at http://{addr}. Every key that begins with sandbox- works.");
    let stopped = async { Signals::new().next().await };
    sandbox::serve(listener, sandbox::Config::default(), stopped)
        .await
        .map_err(|error| Problem::start("The sandbox stopped", &error))
}

/// Ctrl-C and SIGTERM, from the making on.
struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
}

impl Signals {
    fn new() -> Self {
        let heard = |kind| {
            signal(kind)
                .inspect_err(|error| tracing::error!(%error, "a signal cannot be heard"))
                .ok()
        };
        Self {
            terminate: heard(SignalKind::terminate()),
            interrupt: heard(SignalKind::interrupt()),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = one(&mut self.terminate) => {}
            () = one(&mut self.interrupt) => {}
        }
    }
}

/// The next signal of this kind; never where none can be heard.
async fn one(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// The address of the sandbox, if one is to be used; starts the embedded one where it is asked for.
async fn sandbox(config: &Config) -> Result<Option<Url>, Problem> {
    match &config.providers {
        ProviderMode::Live => Ok(None),
        ProviderMode::At(origin) => Ok(Some(origin.clone())),
        ProviderMode::Sandbox => embedded_sandbox().await.map(Some),
    }
}

/// It goes on until the process ends: what is in flight at the stop is waited for.
async fn embedded_sandbox() -> Result<Url, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::start("The embedded sandbox", error);
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| failed(&error))?;
    let addr = listener.local_addr().map_err(|error| failed(&error))?;
    let origin = Url::parse(&format!("http://{addr}")).map_err(|error| failed(&error))?;
    tokio::spawn(sandbox::serve(
        listener,
        sandbox::Config::default(),
        std::future::pending(),
    ));
    Ok(origin)
}

#[derive(Clone)]
struct Pages {
    app: App,
    options: LeptosOptions,
}

impl axum::extract::FromRef<Pages> for LeptosOptions {
    fn from_ref(pages: &Pages) -> Self {
        pages.options.clone()
    }
}

fn router(app: App, bundle: Bundle) -> Router {
    let origin = app.config.public_origin.clone();
    let api_page = served::api_page(bundle.clone()).with_state(app.clone());
    let context = {
        let (app, bundle) = (app.clone(), bundle);
        move || {
            provide_context(app.clone());
            provide_context(bundle.clone());
        }
    };
    let options = LeptosOptions::builder().output_name("client").build();
    let state = Pages {
        app: app.clone(),
        options,
    };
    let unknown = render_app_to_stream_with_context(context.clone(), shell::shell);
    let render = render_app_to_stream_with_context(context.clone(), shell::shell);
    let not_found = async move |request: Request| {
        let mut answer = unknown(request).await;
        *answer.status_mut() = StatusCode::NOT_FOUND;
        answer
    };
    let pages = Router::new()
        .leptos_routes_with_context(
            &state,
            generate_route_list_with_exclusions(app::App, Some(function_paths())),
            context.clone(),
            shell::shell,
        )
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(state.clone(), seeded))
        .layer(compressed())
        .with_state(state);
    let function = post(move |request: Request| {
        leptos_axum::handle_server_fns_with_context(context.clone(), request)
    });
    let functions = function_paths()
        .iter()
        .fold(Router::new(), |functions, path| {
            functions.route(path, function.clone())
        })
        .layer(DefaultBodyLimit::max(FUNCTION_BODY))
        .layer(middleware::from_fn_with_state(
            FUNCTION_BODY,
            web::body::in_time,
        ))
        .layer(middleware::from_fn_with_state(
            origin.clone(),
            web::guard::server_functions,
        ));
    let forms = served::forms()
        .layer(middleware::from_fn_with_state(
            FORM_BODY,
            web::body::in_time,
        ))
        .layer(middleware::from_fn_with_state(
            origin.clone(),
            web::guard::server_functions,
        ))
        .with_state(app.clone());
    let answers = served::answers()
        .with_state(app.clone())
        .layer(middleware::from_fn({
            let app = app.clone();
            move |request: Request, next: Next| shown(app.clone(), render.clone(), request, next)
        }))
        .layer(middleware::from_fn_with_state(
            FORM_BODY,
            web::body::in_time,
        ))
        .layer(middleware::from_fn_with_state(
            origin.clone(),
            web::guard::server_functions,
        ));
    let api = api::router(app.clone()).layer(middleware::from_fn_with_state(
        origin.clone(),
        web::guard::api,
    ));
    let files = files(&app.config.dist);
    Router::new()
        .merge(pages)
        .merge(functions)
        .merge(forms)
        .merge(answers)
        .merge(served::parts().with_state(app.clone()))
        .merge(api_page.layer(compressed()))
        .nest("/api/v1", api)
        .layer(middleware::from_fn(web::session::refuse))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            web::rate_limits::apply,
        ))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            web::session::find,
        ))
        .layer(middleware::from_fn_with_state(
            origin.clone(),
            web::one_origin::redirect,
        ))
        .merge(api::health(app.clone()))
        .merge(metrics::router(app.clone()))
        .merge(files)
        .layer(middleware::from_fn(web::body::small_headers))
        .layer(web::panics::caught())
        .layer(middleware::from_fn_with_state(origin, web::headers::secure))
        .layer(middleware::from_fn_with_state(app, metrics::measure))
        .layer(middleware::from_fn(web::log::requests))
}

/// Pages are packed on the way: most of them is the catalogue. They hold no secret that their length
/// could give away. Brotli would want megabytes of memory for each.
fn compressed() -> CompressionLayer {
    CompressionLayer::new()
        .no_br()
        .quality(CompressionLevel::Precise(4))
}

/// The bundle's files. Those with a hash in their names never change.
fn files(dist: &Path) -> Router {
    let files = ServeDir::new(dist)
        .append_index_html_on_directories(false)
        .precompressed_br();
    Router::new()
        .nest_service("/pkg", files)
        .layer(middleware::from_fn(async |request: Request, next: Next| {
            let is_hashed = !request.uri().path().contains("/logos/")
                && [".js", ".wasm", ".css"]
                    .iter()
                    .any(|end| request.uri().path().ends_with(end));
            let mut answer = next.run(request).await;
            if answer.status().is_success() {
                let keep = if is_hashed {
                    Cacheable::Forever
                } else {
                    Cacheable::AnHour
                };
                answer.extensions_mut().insert(keep);
            }
            answer
        }))
}

/// The addresses of the server functions. They are mounted behind their guard and nowhere else: with
/// the pages they would be mounted a second time, without it.
fn function_paths() -> Vec<String> {
    server_fn_paths().map(|(path, _)| path.to_owned()).collect()
}

/// The largest body of a form of a page.
const FORM_BODY: usize = 64 << 10;

/// The largest body of a server function: a generation with pictures.
const FUNCTION_BODY: usize = 9 << 20;

/// Renders what a form answers with a page: the page of its address, with that in it.
async fn shown<R, F>(app: App, render: R, request: Request, next: Next) -> Response
where
    R: Fn(Request) -> F,
    F: Future<Output = Response>,
{
    let (parts, body) = request.into_parts();
    let mut page = Request::from_parts(parts.clone(), Body::empty());
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    let Some(served) = answer.extensions_mut().remove::<Served>() else {
        return answer;
    };
    let actor = page.extensions().get::<MaybeActor>().cloned();
    let actor = actor.and_then(|found| found.0);
    let seed = seed::load(&app, actor.as_ref(), page.uri().path()).await;
    page.extensions_mut().insert(seed);
    page.extensions_mut().insert(served);
    let mut rendered = render(page).await;
    for cookie in answer.headers().get_all(SET_COOKIE) {
        rendered.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    rendered
}

/// Loads what the page needs before it is rendered.
async fn seeded(
    State(pages): State<Pages>,
    MaybeActor(actor): MaybeActor,
    mut request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let seed = seed::load(&pages.app, actor.as_ref(), uri.path()).await;
    request.extensions_mut().insert(seed);
    if let Some(served) = served::load(&pages.app, actor.as_ref(), &uri).await {
        request.extensions_mut().insert(served);
    }
    next.run(request).await
}
