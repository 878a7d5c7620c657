//! Who may change whose part in an organization. One rule over the roles as they stand, so that it can
//! be asked where they are locked.

use crate::{ApiError, ErrorCode, account::OrganizationRole};

/// What is to become of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// They get this part.
    Role(OrganizationRole),
    /// They belong to it no longer.
    Removal,
}

/// The roles as they stand when a change is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The part of who wishes.
    pub actor: OrganizationRole,
    /// The part of whom it is about.
    pub target: OrganizationRole,
    /// Whether these are the same person.
    pub is_self: bool,
    /// Whether somebody but the target is an owner whose account is not disabled.
    pub has_other_owner: bool,
}

/// Why a change may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Members change nobody but themselves.
    AdminsOnly,
    /// Only owners touch owners and make owners.
    OwnersOnly,
    /// Nobody gives themselves more.
    OwnPromotion,
    /// Somebody has to own it.
    LastOwner,
}

impl Standing {
    /// Whether a change may be.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(self, change: Change) -> Result<(), Refusal> {
        let makes = match change {
            Change::Role(role) => Some(role),
            Change::Removal => None,
        };
        if self.is_self {
            if makes.is_some_and(|role| role.rank() > self.target.rank()) {
                return Err(Refusal::OwnPromotion);
            }
        } else if !self.actor.is_admin() {
            return Err(Refusal::AdminsOnly);
        } else if self.actor != OrganizationRole::Owner
            && (self.target == OrganizationRole::Owner || makes == Some(OrganizationRole::Owner))
        {
            return Err(Refusal::OwnersOnly);
        }
        let is_lost =
            self.target == OrganizationRole::Owner && makes != Some(OrganizationRole::Owner);
        if is_lost && !self.has_other_owner {
            return Err(Refusal::LastOwner);
        }
        Ok(())
    }
}

/// Whether somebody with this part may invite somebody to that one.
#[must_use]
pub fn may_invite(actor: OrganizationRole, role: OrganizationRole) -> bool {
    actor.is_admin() && actor.rank() >= role.rank()
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (code, words) = match refusal {
            Refusal::AdminsOnly => (
                ErrorCode::Forbidden,
                "Only the organization's admins can change who belongs to it and as what. Ask one of them.",
            ),
            Refusal::OwnersOnly => (
                ErrorCode::Forbidden,
                "Only an owner can change an owner, or make one. Ask an owner of the organization.",
            ),
            Refusal::OwnPromotion => (
                ErrorCode::Forbidden,
                "Nobody can give themselves more rights. Ask somebody who has them.",
            ),
            Refusal::LastOwner => (
                ErrorCode::Conflict,
                "This is the last owner of the organization. Make somebody else an owner first, or delete the organization.",
            ),
        };
        Self::new(code, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrganizationRole::{Admin, Member, Owner};
    use proptest::prelude::*;

    fn any_role() -> impl Strategy<Value = OrganizationRole> {
        prop::sample::select(OrganizationRole::ALL.to_vec())
    }

    prop_compose! {
        fn any_standing()(
            actor in any_role(), target in any_role(), is_self: bool, has_other_owner: bool,
        ) -> Standing {
            let target = if is_self { actor } else { target };
            let has_other_owner = has_other_owner || (!is_self && actor == Owner);
            Standing { actor, target, is_self, has_other_owner }
        }
    }

    fn any_change() -> impl Strategy<Value = Change> {
        prop_oneof![any_role().prop_map(Change::Role), Just(Change::Removal)]
    }

    proptest! {
        #[test]
        fn nobody_ever_makes_or_touches_what_is_above_them(
            standing in any_standing(), change in any_change()
        ) {
            if standing.judge(change).is_ok() {
                prop_assert!(standing.actor.rank() >= standing.target.rank());
                if let Change::Role(role) = change {
                    prop_assert!(standing.actor.rank() >= role.rank());
                }
                prop_assert!(standing.is_self || standing.actor != Member);
            }
        }

        #[test]
        fn an_owner_stays_whatever_is_done(
            mut roles in prop::collection::vec(any_role(), 1..5),
            wishes in prop::collection::vec((0..5_usize, 0..5_usize, any_change()), 0..40),
        ) {
            roles[0] = Owner;
            for (actor, target, change) in wishes {
                let (Some(by), Some(at)) = (roles.get(actor).copied(), roles.get(target).copied())
                else {
                    continue;
                };
                let others = roles.iter().enumerate().filter(|(number, _)| *number != target);
                let standing = Standing {
                    actor: by,
                    target: at,
                    is_self: actor == target,
                    has_other_owner: others.clone().any(|(_, role)| *role == Owner),
                };
                if standing.judge(change).is_ok() {
                    match change {
                        Change::Role(role) => roles[target] = role,
                        Change::Removal => drop(roles.remove(target)),
                    }
                }
                prop_assert!(roles.contains(&Owner));
            }
        }

        #[test]
        fn who_may_invite_to_a_part_could_also_give_it(actor in any_role(), role in any_role()) {
            let standing = Standing {
                actor,
                target: Member,
                is_self: false,
                has_other_owner: true,
            };
            prop_assert_eq!(may_invite(actor, role), standing.judge(Change::Role(role)).is_ok());
        }
    }

    #[test]
    fn everybody_may_leave_but_the_last_owner() {
        for role in OrganizationRole::ALL {
            for has_other_owner in [false, true] {
                let standing = Standing {
                    actor: role,
                    target: role,
                    is_self: true,
                    has_other_owner,
                };
                let expected = if role == Owner && !has_other_owner {
                    Err(Refusal::LastOwner)
                } else {
                    Ok(())
                };
                assert_eq!(standing.judge(Change::Removal), expected);
            }
        }
    }

    #[test]
    fn admins_make_admins_and_no_owners() {
        let standing = Standing {
            actor: Admin,
            target: Member,
            is_self: false,
            has_other_owner: true,
        };
        assert_eq!(standing.judge(Change::Role(Admin)), Ok(()));
        assert_eq!(
            standing.judge(Change::Role(Owner)),
            Err(Refusal::OwnersOnly)
        );
    }
}
