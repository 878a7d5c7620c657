use super::*;
use crate::{
    UserId,
    input::{ImageInput, TtsInput, VideoInput},
    pricing::PriceStatus,
};
use proptest::prelude::*;

fn id(number: usize) -> PlannedItemId {
    PlannedItemId(format!("i{number}"))
}

fn estimate(price: Option<(i64, i64)>) -> Estimate {
    price.map_or_else(Estimate::unknown, |(low, high)| Estimate {
        status: PriceStatus::Known,
        credits: None,
        micro_usd: Some(Span {
            low: MicroUsd(low),
            high: MicroUsd(high),
        }),
        lines: Vec::new(),
    })
}

fn item(number: usize, state: ItemState, price: Option<(i64, i64)>, payer: Payer) -> ItemView {
    let (input, step) = if number.is_multiple_of(2) {
        (GenerationInput::Image(ImageInput::default()), Step::Scenes)
    } else {
        (GenerationInput::Tts(TtsInput::default()), Step::Voiceover)
    };
    ItemView {
        id: id(number),
        step,
        provider: None,
        model: None,
        input,
        state,
        needs: Vec::new(),
        generation_id: None,
        error: None,
        offer: Some(Offer {
            provider: if number.is_multiple_of(3) {
                ProviderId::Gemini
            } else {
                ProviderId::Kie
            },
            model: "m".to_owned(),
            model_name: "M".to_owned(),
            payer: Some(payer),
            estimate: estimate(price),
            defaults: Map::new(),
        }),
        blockers: Vec::new(),
        created_at: Timestamp(0),
    }
}

fn states() -> impl Strategy<Value = ItemState> {
    prop::sample::select(vec![
        ItemState::Planned,
        ItemState::Waiting,
        ItemState::Running,
        ItemState::Done,
        ItemState::Failed,
        ItemState::Cancelled,
        ItemState::Unknown,
    ])
}

fn payers() -> impl Strategy<Value = Payer> {
    prop::sample::select(vec![Payer::User, Payer::Organization, Payer::Instance])
}

fn prices() -> impl Strategy<Value = Option<(i64, i64)>> {
    prop::option::weighted(
        0.8,
        (0..10_000_000_i64, 0..10_000_000_i64).prop_map(|(low, more)| (low, low + more)),
    )
}

fn plans() -> impl Strategy<Value = Vec<ItemView>> {
    prop::collection::vec((states(), prices(), payers(), any::<bool>()), 0..40).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(number, (state, price, payer, is_blocked))| {
                let mut item = item(number, state, price, payer);
                if is_blocked {
                    let problem = ApiError::not_found("picture");
                    item.blockers.push(Blocker {
                        problem,
                        cure: None,
                    });
                }
                item
            })
            .collect()
    })
}

fn together<K>(sums: &Map<K, Sum>) -> (usize, usize, i64, i64) {
    sums.values().fold((0, 0, 0, 0), |all, sum| {
        (
            all.0 + sum.items,
            all.1 + sum.unknown,
            all.2 + sum.micro_usd.low.0,
            all.3 + sum.micro_usd.high.0,
        )
    })
}

proptest! {
    #[test]
    fn totals_are_the_sum_of_what_can_be_started_however_they_are_grouped(items in plans()) {
        let totals = Totals::of(&items);
        let ready: Vec<_> = items.iter().filter(|item| item.is_ready()).collect();
        let known: Vec<_> = ready.iter().filter_map(|item| item.offer.as_ref()?.price()).collect();
        let expected = (
            ready.len(),
            ready.len() - known.len(),
            known.iter().map(|price| price.low.0).sum(),
            known.iter().map(|price| price.high.0).sum(),
        );
        let all = totals.all;
        let counted = (all.items, all.unknown, all.micro_usd.low.0, all.micro_usd.high.0);
        prop_assert_eq!(counted, expected);
        prop_assert_eq!(together(&totals.by_operation), expected);
        prop_assert_eq!(together(&totals.by_provider), expected);
        prop_assert_eq!(together(&totals.by_payer), expected);
    }

    #[test]
    fn an_unknown_price_is_named_and_never_a_zero(items in plans()) {
        let sum = Totals::of(&items).all;
        if sum.unknown > 0 {
            let named = format!("{} of unknown price", sum.unknown);
            prop_assert!(sum.words().contains(&named));
        }
        if sum.unknown == sum.items && sum.items > 0 {
            prop_assert!(!sum.words().contains('0') || sum.unknown.to_string().contains('0'));
        }
    }

    #[test]
    fn what_was_agreed_to_holds_for_the_same_plan_and_for_a_smaller_one(
        items in plans(), kept in 0..40_usize
    ) {
        let totals = Totals::of(&items);
        let consent = totals.consent();
        prop_assert_eq!(consent.broken_by(&totals), None);
        let fewer = Totals::of(items.iter().take(kept));
        prop_assert_eq!(consent.broken_by(&fewer), None);
    }

    #[test]
    fn nothing_dearer_unknown_or_paid_by_somebody_else_is_agreed_to(
        items in plans(), price in prices(), payer in payers()
    ) {
        let consent = Totals::of(&items).consent();
        let mut more = items;
        more.push(item(1, ItemState::Planned, price, payer));
        let broken = consent.broken_by(&Totals::of(&more)).is_some();
        let costs = price.is_none_or(|(_, high)| high > 0);
        prop_assert_eq!(broken, costs || !consent.payers.contains(&payer));
    }

    #[test]
    fn a_batch_starts_in_order_no_more_than_fit_and_only_what_has_its_pictures(
        items in batches(), at_a_time in 0..6_usize
    ) {
        let next = feed(&items, at_a_time);
        let state = |id: &PlannedItemId| items.iter().find(|item| item.id == *id).map(|item| item.state);
        let running = items.iter().filter(|item| item.is_mine && item.state == ItemState::Running).count();
        prop_assert!(next.start.len() <= at_a_time.saturating_sub(running));
        let places: Vec<_> = next.start.iter()
            .map(|id| items.iter().position(|item| item.id == *id).unwrap())
            .collect();
        prop_assert!(places.is_sorted());
        for place in places {
            let item = &items[place];
            prop_assert!(item.is_mine && item.state == ItemState::Waiting);
            prop_assert!(item.needs.iter().all(|needed| state(needed) == Some(ItemState::Done)));
        }
        prop_assert!(next.lost.iter().all(|id| !next.start.contains(id)));
    }

    #[test]
    fn a_batch_comes_to_its_end_whatever_becomes_of_its_items(
        items in batches(), at_a_time in 1..6_usize, ends in prop::collection::vec(0..4_usize, 1..50)
    ) {
        let mut items = items;
        let mut ends = ends.into_iter().cycle();
        for _ in 0..200 {
            let next = feed(&items, at_a_time);
            for item in &mut items {
                if next.lost.contains(&item.id) {
                    item.state = ItemState::Failed;
                } else if next.start.contains(&item.id) {
                    item.state = ItemState::Running;
                } else if item.state == ItemState::Running {
                    item.state = [
                        ItemState::Done, ItemState::Failed, ItemState::Cancelled, ItemState::Unknown,
                    ][ends.next().unwrap()];
                }
            }
            if next.is_done {
                let counts = Counts::of(items.iter().filter(|item| item.is_mine).map(|item| item.state));
                prop_assert_eq!((counts.waiting, counts.running), planned(&items));
                prop_assert_eq!(counts.ended() + planned(&items).0, counts.items);
                return Ok(());
            }
        }
        prop_assert!(false, "it goes on for ever: {:?}", items);
    }
}

/// Items of a batch that are neither waiting nor anything else of it: never started by it.
fn planned(items: &[Standing]) -> (usize, usize) {
    let planned = |item: &&Standing| item.is_mine && item.state == ItemState::Planned;
    (items.iter().filter(planned).count(), 0)
}

/// Items that need pictures of earlier ones, as they are added.
fn batches() -> impl Strategy<Value = Vec<Standing>> {
    let one = (
        states(),
        any::<bool>(),
        prop::option::of(any::<prop::sample::Index>()),
    );
    prop::collection::vec(one, 0..30).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(number, (state, is_mine, needed))| Standing {
                id: id(number),
                state,
                is_mine,
                needs: needed
                    .filter(|_| number > 0)
                    .map(|index| id(index.index(number)))
                    .into_iter()
                    .collect(),
            })
            .collect()
    })
}

fn standing(number: usize, state: ItemState, needs: &[usize]) -> Standing {
    Standing {
        id: id(number),
        state,
        is_mine: true,
        needs: needs.iter().map(|number| id(*number)).collect(),
    }
}

#[test]
fn a_clip_waits_for_its_picture_and_is_lost_with_it() {
    let mut items = [
        standing(0, ItemState::Running, &[]),
        standing(1, ItemState::Waiting, &[0]),
        standing(2, ItemState::Waiting, &[1]),
    ];
    assert_eq!(feed(&items, 4), Feed::default());
    items[0].state = ItemState::Done;
    assert_eq!(feed(&items, 4).start, [id(1)]);
    items[0].state = ItemState::Failed;
    let next = feed(&items, 4);
    assert_eq!((next.start, next.lost), (vec![], vec![id(1), id(2)]));
    assert!(next.is_done);
}

#[test]
fn what_was_removed_from_the_plan_will_not_come() {
    let next = feed(&[standing(1, ItemState::Waiting, &[0])], 4);
    assert_eq!(next.lost, [id(1)]);
}

#[test]
fn a_picture_of_the_plan_is_named_by_its_item_until_it_is_there() {
    let item = id(7);
    let mut input = GenerationInput::Video(VideoInput {
        prompt: "It turns".to_owned(),
        image: Some(name_of(&item)),
        ..VideoInput::default()
    });
    assert_eq!(needs(&input), std::slice::from_ref(&item));
    fill_in(&mut input, |_| None);
    assert_eq!(needs(&input), std::slice::from_ref(&item));
    fill_in(&mut input, |needed| {
        (*needed == item).then(|| OutputId("o1".to_owned()))
    });
    assert_eq!(input.images(), ["o1"]);
    assert_eq!(named_item("o1"), None);
}

#[test]
fn a_blocker_leads_to_where_it_is_cured() {
    let film = ProjectId("film".to_owned());
    let of = |code, provider, operation| {
        let mut problem = ApiError::new(code, "");
        problem.provider = provider;
        problem.operation = operation;
        Blocker::of(problem, Operation::Image, &film).cure
    };
    let key = of(
        ErrorCode::ApiKeyRequired,
        Some(ProviderId::Kie),
        Some(Operation::Video),
    );
    let key = key.unwrap();
    assert_eq!(key.href, "/settings#video");
    assert_eq!(key.words, "Give a key for KIE.ai");
    let budget = of(ErrorCode::BudgetExceeded, None, None).unwrap();
    assert_eq!(budget.href, "/usage#budgets");
    let retired = of(ErrorCode::ModelUnavailable, None, None).unwrap();
    assert_eq!(retired.href, "/projects/film/settings#image");
    assert_eq!(of(ErrorCode::Conflict, None, None), None);
}

#[test]
fn every_state_of_a_generation_is_one_of_its_item_and_only_safe_ones_are_asked_for_again() {
    let open: Vec<_> = Status::ALL
        .into_iter()
        .filter(|status| ItemState::of(*status).is_open())
        .collect();
    assert_eq!(open, [Status::Failed, Status::Cancelled]);
    for state in BatchState::ALL {
        assert_eq!(BatchState::parse(state.as_str()), Some(state));
    }
}

#[test]
fn a_batch_survives_the_wire() {
    let view = BatchView {
        id: crate::BatchId("b".to_owned()),
        state: BatchState::Paused,
        started_by: UserId("ada".to_owned()),
        stop_on_error: true,
        agreed: Consent {
            most_micro_usd: MicroUsd(5),
            unknown: 1,
            payers: vec![Payer::Instance],
        },
        reason: Some(ApiError::not_found("project")),
        counts: Counts::of([ItemState::Done, ItemState::Unknown]),
        created_at: Timestamp(0),
        finished_at: None,
    };
    let json = serde_json::to_string(&view).unwrap();
    assert!(json.contains(r#""state":"paused""#), "{json}");
    assert_eq!(serde_json::from_str::<BatchView>(&json).unwrap(), view);
    assert_eq!((view.counts.ended(), view.counts.troubled()), (2, 1));
}
