// The types of the REST surfaces. Generated from the OpenAPI document by `npm run sync:client`; not to be edited.
export interface paths {
    "/user-storage/v1/{federation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this federation is; the cheapest check of URL, token and version */
        get: operations["getFederation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/users/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user with a username or e-mail, from the first directory in the order of priority */
        get: operations["lookUpUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/users/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many users match */
        get: operations["countUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users that match, ordered by username */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user with an id */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/users/{id}/verify-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Checks a password */
        post: operations["verifyPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/groups/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The group with a path */
        get: operations["lookUpGroup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/groups/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many groups match */
        get: operations["countGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups that match, ordered by name */
        get: operations["listGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The group with an id */
        get: operations["getGroup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/groups/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group's direct members, ordered by username */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed since a cursor, as resulting states; waits for it if asked to */
        get: operations["readChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user-storage/v1/{federation}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything, one JSON object a line, and the cursor at which the feed goes on */
        get: operations["export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All directories, by slug */
        get: operations["listDirectories"];
        put?: never;
        /** A new directory, pushed to by SCIM or read from an LDAP server */
        post: operations["createDirectory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One directory */
        get: operations["getDirectory"];
        put?: never;
        post?: never;
        /** Deletes a directory with its users, groups, events and tokens */
        delete: operations["deleteDirectory"];
        options?: never;
        head?: never;
        /** Renames, re-profiles, enables or disables a directory */
        patch: operations["updateDirectory"];
        trace?: never;
    };
    "/api/v1/directories/{slug}/tolerances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which tolerances of its profile the directory's identity provider has really needed
         * @description Written every half minute by each replica.
         */
        get: operations["getToleranceReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A directory's tokens, without their secrets */
        get: operations["listDirectoryTokens"];
        put?: never;
        /** A new token for the identity provider; others stay valid */
        post: operations["createDirectoryToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a token */
        delete: operations["revokeDirectoryToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The schemas that the directory declares beside the standard ones */
        get: operations["listSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/schemas/{urn}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One declared schema */
        get: operations["getSchema"];
        /** Declares an extension schema of a resource type, or declares it anew */
        put: operations["putSchema"];
        post?: never;
        /** Takes a declared schema back */
        delete: operations["deleteSchema"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/resource-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The resource types that the directory declares beside User and Group */
        get: operations["listResourceTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/resource-types/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One declared resource type */
        get: operations["getResourceType"];
        /** Declares a resource type with its endpoint and core schema, or declares it anew */
        put: operations["putResourceType"];
        post?: never;
        /** Takes a declared resource type back */
        delete: operations["deleteResourceType"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/tokens/{tokenId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new token in the place of a live one, which goes on working for the overlap */
        post: operations["rotateDirectoryToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/issuers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The issuers whose JWTs open the directory */
        get: operations["listDirectoryIssuers"];
        put?: never;
        /** Trusts an issuer: its JWTs with this audience and these claims open the directory */
        post: operations["addDirectoryIssuer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/issuers/{issuerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Trusts an issuer no longer */
        delete: operations["removeDirectoryIssuer"];
        options?: never;
        head?: never;
        /** Enables or disables an issuer */
        patch: operations["updateDirectoryIssuer"];
        trace?: never;
    };
    "/api/v1/directories/{slug}/ldap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an LDAP directory is read; never with its password */
        get: operations["getDirectoryLdap"];
        /**
         * Changes how an LDAP directory is read, and reads all of it anew
         * @description Without a bindPassword the present one stays.
         */
        put: operations["putDirectoryLdap"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/ldap/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Connects, binds and reads the first entries at each server; changes nothing */
        post: operations["testDirectoryLdap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ldap/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same test for settings that are not stored */
        post: operations["testLdapSettings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/ldap/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an LDAP directory does: its health, the latest readings, what is held or refused */
        get: operations["getDirectoryLdapStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/ldap/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the directory read as a whole, as soon as the reading that runs is done */
        post: operations["syncDirectoryLdap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What moving the directory to another identity provider would do, and how well users can be matched */
        get: operations["planDirectoryMove"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the latest move of the directory does */
        get: operations["getDirectoryMove"];
        put?: never;
        /** Closes the directory to its identity provider and lets another one take its users over, ids kept */
        post: operations["startDirectoryMove"];
        /** Deletes what is kept for undoing a move that has ended */
        delete: operations["forgetDirectoryMove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users as they were and as they are, by whether they were taken over */
        get: operations["listMovedUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Groups as they were and as they are, by whether they were taken over */
        get: operations["listMovedGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The review list: users of the new identity provider of whom a person must say who they are */
        get: operations["listMoveClaims"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/claims/{claimId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says who a user on the review list is; it holds when the identity provider sends that user again */
        put: operations["decideMoveClaim"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the move; what was not taken over stays or goes as the request says
         * @description Answers after some seconds at most. While `done` is false there is more to do: send it again.
         */
        post: operations["finishDirectoryMove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/move/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What undoing the move would change now */
        get: operations["planDirectoryMoveUndo"];
        put?: never;
        /**
         * Brings back how the directory was when the move started
         * @description Answers after some seconds at most. While `done` is false there is more to do: send it again.
         */
        post: operations["undoDirectoryMove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The SCIM servers that a directory is pushed on to */
        get: operations["listTargets"];
        put?: never;
        /** A new target; everything is pushed to it at once */
        post: operations["createTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A target, without its secret */
        get: operations["getTarget"];
        put?: never;
        post?: never;
        /** Forgets a target and leaves everything there as it is */
        delete: operations["deleteTarget"];
        options?: never;
        head?: never;
        /** Changes settings as a whole, sets another secret, pauses or resumes; then everything is compared anew */
        patch: operations["updateTarget"];
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a target does: what is pending, refused, held, and the latest comparison with what had drifted */
        get: operations["getTargetStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the target what it can do, and whether it takes the credentials; changes nothing */
        post: operations["testTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has everything compared with the target, and put right, now */
        post: operations["syncTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a comparison would do, without doing it */
        get: operations["diffTarget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/targets/{target}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deletes there what the bridge has created, and pauses; what was there before stays */
        post: operations["purgeTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/guard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The guard of a directory that is pushed to: its limits, what it has counted, how much it holds */
        get: operations["getGuard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes the window and the limits, or switches the guard on or off; what is held stays held */
        patch: operations["updateGuard"];
        trace?: never;
    };
    "/api/v1/directories/{slug}/guard/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the guard holds, in the order in which it came */
        get: operations["listHeldOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/guard/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Does what the guard holds
         * @description Answers after some seconds at most. While `left` is not 0 there is more to do: send it again, with the same `until` if what came since is to stay held.
         */
        post: operations["releaseHeldOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/guard/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgets what the guard holds: nothing of it is done */
        post: operations["rejectHeldOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All federations with their directories in the order of priority */
        get: operations["listFederations"];
        put?: never;
        /** A new federation without directories */
        post: operations["createFederation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One federation */
        get: operations["getManagedFederation"];
        put?: never;
        post?: never;
        /** Deletes a federation with its tokens; directories and their users stay */
        delete: operations["deleteFederation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/directories/{directory}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Adds a directory to the federation, or sets its priority, toggle and binding in Keycloak; a taken priority is swapped */
        put: operations["putFederationDirectory"];
        post?: never;
        /** Takes a directory out of the federation: its users leave Keycloak */
        delete: operations["deleteFederationDirectory"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A federation's tokens, without their secrets */
        get: operations["listFederationTokens"];
        put?: never;
        /** A new token for a Keycloak provider */
        post: operations["createFederationToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a token */
        delete: operations["revokeFederationToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/conflicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is not served because another directory has the same user name or e-mail, or the name is reserved */
        get: operations["listConflicts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who would appear, vanish or change owner if a directory were added, set or taken out, or the federation deleted; changes nothing
         * @description What the change itself would refuse is refused here, too.
         */
        post: operations["previewFederationChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for every federation that has the directory, if it were enabled, disabled or deleted */
        post: operations["previewDirectoryChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/reserved-usernames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user names that the federation never serves, whatever a directory says */
        get: operations["listReservedUsernames"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/reserved-usernames/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Reserves a user name: whoever has it leaves Keycloak */
        put: operations["reserveUsername"];
        post?: never;
        /** Gives a reserved user name free again: whoever has it is served */
        delete: operations["releaseUsername"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whom Keycloak gets for a user name or e-mail and why, who is hidden, and whether a login would work
         * @description Nobody of the name is an answer, too.
         */
        get: operations["explainUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to users and groups, in order per directory */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What operators changed, in order; also of directories and federations that are gone */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an identity provider asked by SCIM, and how it ended */
        get: operations["listRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a user or group, and what it was at a past moment */
        get: operations["readHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/undo-plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The undo plans of the directory, the latest first */
        get: operations["listUndoPlans"];
        put?: never;
        /**
         * Plans to undo what somebody did in a window of time; changes nothing
         * @description Answers after some seconds at most. While the state is `planning`, go on with it by its own path.
         */
        post: operations["createUndoPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/undo-plans/{planId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One undo plan, with what it would do or has done, counted */
        get: operations["getUndoPlan"];
        put?: never;
        post?: never;
        /** Forgets an undo plan; what it has done stays done */
        delete: operations["discardUndoPlan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/undo-plans/{planId}/continue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes on with a plan that is not complete
         * @description Answers after some seconds at most. While the state is `planning` there is more to do: send it again.
         */
        post: operations["continueUndoPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/undo-plans/{planId}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the plan would do or has done, and what it would not do and why */
        get: operations["listUndoItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/directories/{slug}/undo-plans/{planId}/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Does what the plan says, where things are still as it saw them
         * @description Answers after some seconds at most. While the state is `applying` there is more to do: send it again.
         */
        post: operations["applyUndoPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks, by slug */
        get: operations["listWebhooks"];
        put?: never;
        /** A new webhook, which is sent events from now on or from the beginning of the log */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook and how it does */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Deletes a webhook with all that it has not been sent yet */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Changes where messages go and which, pauses or resumes; a paused webhook keeps its place in the log */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new secret; for a while messages are signed with the one from before as well */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message of the type webhook.test and tells what came back */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest calls and what came back, the newest first */
        get: operations["listWebhookAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages that failed: those that wait for another attempt, or the dead ones */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/dead/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends dead messages once more */
        post: operations["replayDeadMessages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{slug}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends events again that were sent already, with the same ids: from a cursor, a position or a time on */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All event streams, by slug */
        get: operations["listEventStreams"];
        put?: never;
        /** A new event stream: security event tokens (RFC 9967) by push (RFC 8935) or by poll (RFC 8936) */
        post: operations["createEventStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One event stream and how it does */
        get: operations["getEventStream"];
        put?: never;
        post?: never;
        /** Deletes an event stream with all that it has not told yet */
        delete: operations["deleteEventStream"];
        options?: never;
        head?: never;
        /** Changes what an event stream tells and where to, pauses or resumes; a paused one keeps its place */
        patch: operations["updateEventStream"];
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new token for the poller; for a while the one from before is good as well */
        post: operations["rotateEventStreamToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a verification event and tells what came back, or has the poller find one */
        post: operations["verifyEventStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest pushes and what came back, the newest first */
        get: operations["listEventStreamAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** SETs that wait for another attempt, or the dead ones: given up, or refused by the receiver */
        get: operations["listEventStreamDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/dead/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends dead SETs once more */
        post: operations["replayDeadSets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-streams/{slug}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells again what was told already, with the same jti: from a cursor, a position or a time on */
        post: operations["replayEventStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that sign security event tokens, the newest first */
        get: operations["listSigningKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new signing key, published at once, that signs a little later; those from before stay published for a while */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/attribute-mappings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which SCIM attributes Keycloak gets, and as what */
        get: operations["getAttributeMappings"];
        /** Replaces the mappings; Keycloak reads every user anew after that */
        put: operations["putAttributeMappings"];
        post?: never;
        /** Brings the default mappings back */
        delete: operations["deleteAttributeMappings"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/role-mappings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which groups bring which roles in Keycloak */
        get: operations["getRoleMappings"];
        /** Replaces the mappings; the groups in Keycloak carry the roles, and lose those that are mapped no more */
        put: operations["putRoleMappings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/federations/{slug}/role-mappings/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who would gain and lose roles if the mappings were replaced by these; changes nothing */
        post: operations["previewRoleMappings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Federation: {
            federation: string;
            /** @enum {number} */
            apiVersion: 1;
            /** @description Opaque; changes with order, toggles, directories and reserved names. */
            revision: string;
            time: number;
            directories: {
                slug: string;
                name: string;
                /** @enum {string} */
                kind: "scim" | "ldap";
                priority: number;
                enabled: boolean;
                /**
                 * @description Whether the source of its users can be reached.
                 * @enum {string}
                 */
                health: "ok" | "degraded" | "unavailable" | "disabled";
                organization: string | null;
                identityLink: components["schemas"]["IdentityLink"];
            }[];
            /** @description In lower case. */
            reservedUsernames: string[];
            /** @description The attributes that the bridge maps, by the names that users have them under; not `locale`. */
            attributes: string[];
        };
        IdentityLink: {
            /** @description Alias of the realm's identity provider. */
            provider: string;
            /** @description Path of the SCIM attribute that holds a user's subject there. */
            subject: string;
            /**
             * @description Whether somebody may come in whom no directory has.
             * @enum {string}
             */
            unlinkedUsers: "allow" | "refuse";
        } | null;
        Problem: {
            /** @enum {string} */
            type: "about:blank";
            title: string;
            status: number;
            code: string;
            detail: string;
            requestId: string;
        };
        User: {
            /**
             * Format: uuid
             * @description The SCIM id, and in import mode the Keycloak user id.
             */
            id: string;
            username: string;
            /** @description The primary e-mail, or the first one when none is primary. */
            email: string | null;
            firstName: string | null;
            lastName: string | null;
            enabled: boolean;
            /** @description The directory's slug. */
            directory: string;
            externalId: string | null;
            /** @description Opaque; changes with anything in this object. */
            version: string;
            /** @description Milliseconds since 1970 (UTC). */
            createdAt: number;
            attributes: {
                [key: string]: string[];
            };
            /** @description Direct memberships, ordered by name. */
            groups: components["schemas"]["GroupReference"][];
            /** @description Alias of the Keycloak organization whose managed member the user is. */
            organization: string | null;
            /** @description The user's account at the realm's identity provider. */
            identityLink: {
                provider: string;
                subject: string;
                username: string;
            } | null;
            /** @description Not null when this is a copy of a source that can't be reached. */
            readOnly: {
                /** @enum {string} */
                reason: "source_unavailable";
                since: number;
            } | null;
        };
        GroupReference: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description The directory's slug, then the group's name. */
            path: string[];
        };
        Count: {
            count: number;
        };
        Users: {
            users: components["schemas"]["User"][];
        };
        PasswordVerdict: {
            /** @enum {string} */
            result: "valid" | "invalid" | "no-password" | "unavailable";
            version?: string;
            enabled?: boolean;
            /**
             * @description The first three come with `unavailable`, the others may come with `invalid`.
             * @enum {string}
             */
            reason?: "source_unavailable" | "directory_disabled" | "overloaded" | "password_expired" | "password_must_change" | "account_locked" | "account_disabled" | "account_expired" | "logon_denied";
            retryAfterSeconds?: number;
            /** @description May come with `valid`: the password has expired and is taken so many times more. */
            graceLogins?: number;
            /** @description May come with `valid`, when it is soon. */
            passwordExpiresInSeconds?: number;
        };
        PasswordCheck: {
            password: string;
        };
        Group: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description The directory's slug, the names of the groups above this one, outermost first, and its own name. */
            path: string[];
            /** @description The ids of the groups above this one, outermost first. */
            parents: string[];
            directory: string;
            /** @description What the group in Keycloak carries; the groups above it carry their own. */
            roles: components["schemas"]["MappedRole"][];
            /** @description Opaque; changes with anything in this object. */
            version: string;
        };
        MappedRole: {
            /** @description The client's id, or null for a role of the realm. */
            client: string | null;
            role: string;
            /** @description Whether the role may be, or contain, one that administers Keycloak. */
            allowAdmin: boolean;
        };
        Groups: {
            groups: components["schemas"]["Group"][];
        };
        Changes: {
            cursor: string;
            more: boolean;
            items: (components["schemas"]["UserItem"] | components["schemas"]["GroupItem"] | components["schemas"]["FederationItem"])[];
        };
        UserItem: {
            /** @enum {string} */
            kind: "user";
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "present" | "absent" | "read-only";
            user?: components["schemas"]["User"] & unknown;
            reasons: string[];
            endSessions: boolean;
            directory: string;
            /** @description Grows within the directory. */
            position: string;
            at: number;
        };
        GroupItem: {
            /** @enum {string} */
            kind: "group";
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "present" | "absent";
            group?: components["schemas"]["Group"] & unknown;
            reasons: string[];
            directory: string;
            /** @description Grows within the directory. */
            position: string;
            at: number;
        };
        FederationItem: {
            /** @enum {string} */
            kind: "federation";
            revision: string;
            reasons: string[];
            at: number;
        };
        ExportLine: {
            /** @enum {string} */
            kind: "header";
            cursor: string;
            revision: string;
            time: number;
            /** @description The attributes that the bridge maps, by the names that users have them under; not `locale`. */
            attributes: string[];
        } | {
            /** @enum {string} */
            kind: "group";
            /** @enum {string} */
            state: "present" | "read-only";
            group: components["schemas"]["Group"];
        } | {
            /** @enum {string} */
            kind: "user";
            /** @enum {string} */
            state: "present";
            user: components["schemas"]["User"];
        } | {
            /** @enum {string} */
            kind: "user";
            /** @enum {string} */
            state: "read-only";
            /** Format: uuid */
            id: string;
        } | {
            /** @enum {string} */
            kind: "end";
            users: number;
            groups: number;
        };
        Directory: {
            slug: string;
            name: string;
            /** @enum {string} */
            kind: "scim" | "ldap";
            /** @enum {string} */
            profile: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
            enabled: boolean;
            /** @description It is being moved to another identity provider. */
            moving: boolean;
            /** Format: date-time */
            createdAt: string;
            /**
             * @description Of a directory that is read from an LDAP server; null for others.
             * @enum {string|null}
             */
            health: "ok" | "degraded" | "unavailable" | "disabled" | null;
            /**
             * Format: date-time
             * @description When its server was last reached.
             */
            seenAt: string | null;
        };
        /** @description For the kind ldap. */
        NewLdapSettings: components["schemas"]["LdapSettings"] & {
            /** @description Of the bind DN. Kept encrypted and never shown. */
            bindPassword: string;
        };
        LdapSettings: {
            /** @enum {string} */
            preset: "active-directory" | "openldap" | "389-ds";
            /** @description The servers in the order in which they are tried. All must hold the same entries. */
            urls: string[];
            /**
             * @description Whether ldap:// connections are encrypted by StartTLS. Without it passwords travel readable.
             * @default true
             */
            startTls?: boolean;
            /**
             * @description PEM certificates that the servers' certificates must come from, instead of the well-known ones.
             * @default null
             */
            ca?: string | null;
            /** @description The entry as which the bridge reads. */
            bindDn: string;
            users: {
                base: string;
                /** @description The preset's, unless given. */
                filter?: string;
                /**
                 * @description The whole subtree, or its first level.
                 * @default sub
                 * @enum {string}
                 */
                scope?: "sub" | "one";
            };
            /** @default null */
            groups?: {
                base: string;
                /** @description The preset's, unless given. */
                filter?: string;
                /**
                 * @description The whole subtree, or its first level.
                 * @default sub
                 * @enum {string}
                 */
                scope?: "sub" | "one";
            } | null;
            /**
             * @description From which LDAP attribute a SCIM path is read, beside what the preset says; null takes one away.
             * @default {}
             */
            userAttributes?: {
                [key: string]: string | null;
            };
            /** @default {} */
            groupAttributes?: {
                [key: string]: string | null;
            };
            /** @default 500 */
            pageSize?: number;
            /**
             * @description How often changed entries are read, all entries are counted to find removed ones, and all are read.
             * @default {}
             */
            schedule?: {
                /** @default 30 */
                changesSeconds?: number;
                /** @default 300 */
                listingSeconds?: number;
                /** @default 21600 */
                fullSeconds?: number;
            };
            /**
             * @description How many complete listings in a row must lack an entry before it is removed, and how many missing ones at once are suspicious.
             * @default {}
             */
            removals?: {
                /** @default 3 */
                listings?: number;
                /** @default 10 */
                heldAboveCount?: number;
                /** @default 20 */
                heldAbovePercent?: number;
            };
        };
        ToleranceReport: {
            /** @enum {string} */
            profile: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
            tolerances: {
                /** @enum {string} */
                name: "stringBooleans" | "singleElementArrays" | "singleValueForMultiValued" | "bareValues" | "unknownAttributes" | "looseExtensionNames" | "readOnlyEchoes" | "pathKeys" | "createOnMiss" | "removeByValue" | "unquotedFilterValues" | "looseSchemas" | "wrappedValues";
                note: string;
                /** @description Whether the present profile has it. */
                allowed: boolean;
                /** @description Requests that succeeded only because of it. */
                uses: number;
                /** Format: date-time */
                firstUsedAt: string | null;
                /** Format: date-time */
                lastUsedAt: string | null;
            }[];
            /** @description Those that would have accepted all requests so far, the strictest first. */
            sufficientProfiles: ("auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint")[];
        };
        DirectoryToken: components["schemas"]["Token"] & {
            scopes: ("read" | "write")[];
        };
        Token: {
            /** Format: uuid */
            id: string;
            name: string;
            prefix: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
        };
        CreatedToken: {
            /** Format: uuid */
            id: string;
            prefix: string;
            /** @description Shown this once. */
            token: string;
        };
        Schema: {
            /**
             * @description The URN.
             * @example urn:acme:scim:schemas:1.0:Badge
             */
            id: string;
            name: string;
            /** @default  */
            description?: string;
            /**
             * @description The name of the resource type that it extends.
             * @example User
             */
            resourceType: string;
            /**
             * @description Whether each resource of the type must have it.
             * @default false
             */
            required?: boolean;
            attributes: components["schemas"]["SchemaAttribute"][];
        };
        SchemaAttribute: {
            name: string;
            /**
             * @default string
             * @enum {string}
             */
            type?: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference" | "binary" | "complex";
            /** @default false */
            multiValued?: boolean;
            /** @default  */
            description?: string;
            /** @default false */
            required?: boolean;
            /** @description By default true for reference and binary, else false. */
            caseExact?: boolean;
            /**
             * @default readWrite
             * @enum {string}
             */
            mutability?: "readWrite" | "immutable" | "readOnly" | "writeOnly";
            /**
             * @default default
             * @enum {string}
             */
            returned?: "always" | "never" | "default" | "request";
            /**
             * @description server: no two resources of the directory have the same value.
             * @default none
             * @enum {string}
             */
            uniqueness?: "none" | "server" | "global";
            /** @description Other values are refused. */
            canonicalValues?: string[];
            referenceTypes?: string[];
            /**
             * @description Finding a value is a look-up, whatever the number of users.
             * @default false
             */
            indexed?: boolean;
            subAttributes?: {
                name: string;
                /**
                 * @default string
                 * @enum {string}
                 */
                type?: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference" | "binary" | "complex";
                /** @default false */
                multiValued?: boolean;
                /** @default  */
                description?: string;
                /** @default false */
                required?: boolean;
                /** @description By default true for reference and binary, else false. */
                caseExact?: boolean;
                /**
                 * @default readWrite
                 * @enum {string}
                 */
                mutability?: "readWrite" | "immutable" | "readOnly" | "writeOnly";
                /**
                 * @default default
                 * @enum {string}
                 */
                returned?: "always" | "never" | "default" | "request";
                /**
                 * @description server: no two resources of the directory have the same value.
                 * @default none
                 * @enum {string}
                 */
                uniqueness?: "none" | "server" | "global";
                /** @description Other values are refused. */
                canonicalValues?: string[];
                referenceTypes?: string[];
                /**
                 * @description Finding a value is a look-up, whatever the number of users.
                 * @default false
                 */
                indexed?: boolean;
            }[];
        };
        SchemaChange: {
            schema: components["schemas"]["Schema"];
            /** @description How many resources lost values. */
            dropped: number;
        };
        ResourceType: {
            /** @example Device */
            name: string;
            /** @example /Devices */
            endpoint: string;
            /** @default  */
            description?: string;
            schema: components["schemas"]["CoreSchema"];
        };
        CoreSchema: {
            /**
             * @description The URN.
             * @example urn:acme:scim:schemas:1.0:Badge
             */
            id: string;
            name: string;
            /** @default  */
            description?: string;
            attributes: components["schemas"]["SchemaAttribute"][];
        };
        RotatedToken: components["schemas"]["CreatedToken"] & {
            /** Format: date-time */
            expiresAt: string | null;
            previous: components["schemas"]["DirectoryToken"];
        };
        TrustedIssuer: {
            /** Format: uuid */
            id: string;
            issuer: string;
            audience: string;
            /** @description Null: from the issuer's discovery document. */
            jwksUrl: string | null;
            requiredClaims: {
                [key: string]: string[];
            };
            scopes?: ("read" | "write")[];
            /** @enum {string} */
            scopeClaim?: "scope" | "scp" | "roles";
            readValue?: string;
            writeValue?: string;
            enabled: boolean;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string | null;
        };
        LdapSettingsChange: components["schemas"]["LdapSettings"] & {
            /** @description Of the bind DN. Kept encrypted and never shown. */
            bindPassword?: string;
        };
        LdapTestReport: {
            ok: boolean;
            /** @description What failed may work later without a change of the settings. */
            outage: boolean;
            steps: {
                server: string;
                /** @enum {string} */
                step: "connect" | "bind" | "users" | "groups" | "deletions";
                ok: boolean;
                /** @description unreachable, timeout, busy: an outage; address, certificate, tls, credentials, access, base, filter, limit, referral, server: to be corrected. */
                problem: string | null;
                /** @description What was found, or what went wrong, with the server's words. */
                detail: string;
            }[];
        };
        LdapStatus: {
            /** @enum {string} */
            health: "ok" | "degraded" | "unavailable" | "disabled";
            /** Format: date-time */
            healthSince: string;
            /**
             * Format: date-time
             * @description When a server was last reached.
             */
            seenAt: string | null;
            /** Format: date-time */
            lastFullAt: string | null;
            /** Format: date-time */
            lastChangesAt: string | null;
            /** Format: date-time */
            lastListingAt: string | null;
            lastReport: {
                /** @enum {string} */
                kind: "full" | "changes" | "listing";
                /** Format: date-time */
                startedAt: string;
                seconds: number;
                read: {
                    users: number;
                    groups: number;
                };
                created: number;
                updated: number;
                removed: number;
                refused: number;
            } | null;
            /** @description Of the latest sync, when it failed. */
            failure: {
                /** @enum {string} */
                kind: "full" | "changes" | "listing";
                /** Format: date-time */
                at: string;
                problem: string;
                message: string;
            } | null;
            /** @description Removals that wait until somebody accepts them, because they are suspiciously many. */
            held: {
                /** Format: date-time */
                since: string;
                users: {
                    known: number;
                    missing: number;
                };
                groups: {
                    known: number;
                    missing: number;
                };
            } | null;
            refused: {
                count: number;
                first: {
                    dn: string;
                    problem: string;
                }[];
            };
        };
        MovePlan: {
            users: number;
            groups: number;
            match: {
                /** @enum {string} */
                attribute: "employeeNumber" | "email" | "userName" | "externalId";
                /** @description Users who have it. */
                users: number;
                /** @description Those of them who share it with another one. */
                ambiguous: number;
            }[];
            /** @description Users who have none of the attributes. */
            unmatchable: number;
            closes: {
                tokens: number;
                issuers: number;
            };
            warnings: string[];
        };
        Move: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "starting" | "open" | "finishing" | "finished" | "undoing" | "undone";
            match: ("employeeNumber" | "email" | "userName" | "externalId")[];
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            endedAt: string | null;
            before: {
                /** @enum {string} */
                kind: "scim" | "ldap";
                /** @enum {string} */
                profile: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
            };
            directory: components["schemas"]["Directory"];
            users: {
                waiting: number;
                adopted: number;
                created: number;
            };
            groups: {
                waiting: number;
                adopted: number;
                created: number;
            };
            /** @description Members of groups taken over whom the new identity provider has not named. */
            unconfirmedMembers: number;
            claims: {
                open: number;
                decided: number;
            };
        };
        MovedResource: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "waiting" | "adopted" | "created";
            /** @description The attribute, `review` for a decision, `id` for a user that the identity provider found itself. */
            matchedBy: string | null;
            /** Format: date-time */
            movedAt: string | null;
            before: {
                name: string;
                externalId: string | null;
                active: boolean | null;
            } | null;
            now: {
                name: string;
                externalId: string | null;
                active: boolean | null;
            } | null;
        };
        MoveClaim: {
            /** Format: uuid */
            id: string;
            userName: string;
            externalId: string | null;
            email: string | null;
            employeeNumber: string | null;
            /** @enum {string} */
            reason: "ambiguous" | "conflicting" | "taken" | "name_taken" | "unmatched";
            candidates: {
                /** Format: uuid */
                id: string;
                userName: string | null;
                email: string | null;
            }[];
            decision: {
                /** @enum {string} */
                decision: "adopt";
                /** Format: uuid */
                userId: string;
            } | {
                /** @enum {string} */
                decision: "create";
            } | null;
            attempts: number;
            /** Format: date-time */
            firstSeenAt: string;
            /** Format: date-time */
            lastSeenAt: string;
        };
        MoveProgress: {
            /** @enum {string} */
            state: "finishing" | "finished" | "undoing" | "undone";
            /** @description If not, send the same request again to go on. */
            done: boolean;
        };
        MoveUndoPlan: {
            users: {
                restored: number;
                remade: number;
                removed: number;
                activated: number;
            };
            groups: {
                restored: number;
                remade: number;
                removed: number;
            };
        };
        OutboundTarget: {
            slug: string;
            /**
             * @description purging: what the bridge has created there is being taken away; then it is paused.
             * @enum {string}
             */
            mode: "active" | "paused" | "purging";
            settings: components["schemas"]["OutboundTargetSettings"];
            /** Format: date-time */
            createdAt: string;
        };
        OutboundTargetSettings: {
            /**
             * @default scim
             * @enum {string}
             */
            preset?: "scim" | "aws-iam-identity-center" | "slack" | "salesforce" | "github";
            /** @description In front of /Users and /Groups. */
            baseUrl: string;
            /**
             * @default {
             *       "type": "token"
             *     }
             */
            authentication?: {
                /** @enum {string} */
                type: "token";
            } | {
                /** @enum {string} */
                type: "oauth";
                tokenUrl: string;
                clientId: string;
                /** @default null */
                scope?: string | null;
            };
            /**
             * @description All users of the directory, or only those in the groups that are pushed, however deep.
             * @default all
             * @enum {string}
             */
            users?: "all" | "of-groups";
            /**
             * @description Ids or display names of the groups that are pushed; null: all of them.
             * @default null
             */
            groups?: string[] | null;
            /**
             * @description What becomes of an account there whose user is deleted or not to be pushed any more.
             * @default deactivate
             * @enum {string}
             */
            leavers?: "deactivate" | "delete" | "keep";
            /** @default [] */
            mappings?: components["schemas"]["OutboundMapping"][];
            features?: components["schemas"]["OutboundFeatures"];
            /** @default 4 */
            concurrency?: number;
            /** @default 15 */
            timeoutSeconds?: number;
            /** @default 3600 */
            reconcileSeconds?: number;
        };
        OutboundMapping: {
            name: string;
            /**
             * @default User
             * @enum {string}
             */
            resourceType?: "User" | "Group";
            /** @description A part of the resource as the target gets it. Texts may hold {path}, or {path | other path}: values of the source; null takes an attribute away. */
            attributes: {
                [key: string]: unknown;
            };
        };
        /** @default {} */
        OutboundFeatures: {
            patch?: boolean;
            etag?: boolean;
            bulk?: boolean;
            filter?: boolean;
            /** @description Whether groups may be members of groups. */
            nestedGroups?: boolean;
            /** @description Whether a group that is read has its members. */
            membersShown?: boolean;
            /** @description Whether the target has groups at all. */
            groups?: boolean;
        };
        OutboundStatus: {
            counts: {
                ok: number;
                pending: number;
                quarantined: number;
            };
            /** @description Events of the directory that are not looked at yet. */
            behind: number;
            /** @description Until when the target is left alone, and why. */
            held: {
                /** Format: date-time */
                until: string;
                reason: string;
            } | null;
            /** @description What is used of the target; null as long as it could not be asked. */
            features: {
                [key: string]: boolean;
            } | null;
            /** @description Features that the target says to have, and had not when they were used. */
            lacking: string[];
            /** Format: date-time */
            pushedAt: string | null;
            /** @description The full comparison that is under way. */
            run: {
                /** Format: date-time */
                startedAt: string;
                tasks: number;
                done: number;
            } | null;
            lastReport: components["schemas"]["OutboundReport"];
            /** @description What is refused as it is; the first hundred. */
            quarantined: {
                /** @enum {string} */
                type: "User" | "Group";
                /** Format: uuid */
                sourceId: string;
                remoteId: string | null;
                attempts: number;
                problem: string;
            }[];
            /** @description What failed and is tried again; the first hundred. */
            failing: {
                /** @enum {string} */
                type: "User" | "Group";
                /** Format: uuid */
                sourceId: string;
                remoteId: string | null;
                attempts: number;
                problem: string;
            }[];
        };
        OutboundReport: {
            /** Format: date-time */
            startedAt: string;
            seconds: number;
            resources: number;
            created: number;
            adopted: number;
            updated: number;
            retired: number;
            same: number;
            refused: number;
            failed: number;
            /** @description What somebody else had changed there; the first 200. */
            drift: {
                /** @enum {string} */
                type: "User" | "Group";
                /** Format: uuid */
                sourceId: string;
                what: string;
            }[];
        } | null;
        OutboundTest: {
            ok: boolean;
            steps: {
                /** @enum {string} */
                step: "connect" | "users" | "groups";
                ok: boolean;
                detail: string;
            }[];
            /** @description What is used of the target: as it says, as the preset knows, as the settings say. */
            features: {
                [key: string]: boolean;
            } | null;
        };
        OutboundDiff: {
            differences: {
                /** @enum {string} */
                type: "User" | "Group";
                /** Format: uuid */
                sourceId: string;
                name: string;
                /** @enum {string} */
                action: "create" | "adopt" | "update" | "deactivate" | "delete" | "forget" | "refuse";
                detail: string;
            }[];
            compared: number;
            /** @description The `after` of the next page; null on the last. */
            next: string | null;
        };
        Guard: {
            directory: string;
            enabled: boolean;
            /** @description Whether window and limits are the default ones. */
            isDefault: boolean;
            windowMinutes: number;
            /** @description To so many users (`count`), or to this share of the active users (`percent`) where that is more, it may be done within the window. Null: to all. */
            limits: {
                deactivate: {
                    count: number;
                    percent: number;
                } | null;
                delete: {
                    count: number;
                    percent: number;
                } | null;
                remove_member: {
                    count: number;
                    percent: number;
                } | null;
            };
            /**
             * Format: date-time
             * @description Until then everything is let through.
             */
            passingUntil: string | null;
            /** @description Active users of the directory: what `percent` is of. */
            users: number;
            /** @description Operations that wait for a decision. */
            held: number;
            /** @description Operations that are decided and not done yet: release again. */
            released: number;
            windows: {
                /** @enum {string} */
                operation: "deactivate" | "delete" | "remove_member";
                /** @description Users to whom it was done within the window. */
                counted: number;
                /** @description Null: as many as there are. */
                allowed: number | null;
                held: number;
                /** Format: date-time */
                trippedAt: string | null;
            }[];
        };
        HeldOperation: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            operation: "deactivate" | "delete" | "remove_member" | "delete_group";
            /** @enum {string} */
            state: "held" | "released";
            user: {
                /** Format: uuid */
                id: string;
                userName: string;
            } | null;
            group: {
                /** Format: uuid */
                id: string;
                displayName: string;
            } | null;
            /** @description Of a group that is to be deleted: its users. */
            members: number | null;
            /**
             * @description Who asked for it.
             * @example token:rb_scim_Ab12cd
             */
            actor: string;
            requestId: string | null;
            /** Format: date-time */
            heldAt: string;
        };
        GuardRelease: {
            /** @description Operations that this request has carried out. */
            done: number;
            /** @description If there are any, send the same request again to go on. */
            left: number;
            /** Format: date-time */
            passingUntil: string | null;
        };
        GuardRejection: {
            rejected: number;
        };
        ManagedFederation: {
            slug: string;
            name: string;
            revision: string;
            directories: {
                slug: string;
                priority: number;
                enabled: boolean;
                organization: string | null;
                identityLink: components["schemas"]["IdentityLink"];
            }[];
            reservedUsernames: string[];
        };
        Conflicts: {
            counts: components["schemas"]["ConflictCounts"];
            conflicts: {
                /** @enum {string} */
                kind: "username" | "email" | "reserved-username";
                hidden: components["schemas"]["NamedUser"];
                by: components["schemas"]["NamedUser"] & (Record<string, never> | null);
            }[];
            /** @description Where the next page begins; null: this is the last one. */
            next: string | null;
        };
        ConflictCounts: {
            /** @description Hidden by a user of the same user name. */
            username: number;
            /** @description Hidden by a user of the same e-mail and another user name. */
            email: number;
            reservedUsername: number;
        };
        /** @description Who is not served. */
        NamedUser: {
            directory: string;
            /** Format: uuid */
            id: string;
            username: string;
            email: string | null;
        };
        ChangePreview: {
            counts: components["schemas"]["ShiftCounts"];
            conflicts: {
                before: components["schemas"]["ConflictCounts"];
                after: components["schemas"]["ConflictCounts"];
            };
            shifts: {
                /** @enum {string} */
                kind: "appear" | "vanish" | "change-owner";
                before: components["schemas"]["NamedUser"] & (Record<string, never> | null);
                after: components["schemas"]["NamedUser"] & (Record<string, never> | null);
                /**
                 * @description Why `before` is served no more; of who appears, why now.
                 * @enum {string}
                 */
                reason: "directory-added" | "directory-enabled" | "directory-removed" | "directory-disabled" | "federation-deleted" | "shadowed" | "no-longer-shadowed";
                hiddenBy: components["schemas"]["NamedUser"] & (Record<string, never> | null);
            }[];
            /** @description Where the next page begins; null: this is the last one. */
            next: string | null;
        };
        ShiftCounts: {
            appear: number;
            vanish: number;
            /** @description User names that another directory’s user has from then on. */
            changeOwner: number;
            /** @description Of those that vanish: of whom Keycloak keeps a read-only copy, because their directory is only switched off, or the federation gone. */
            keepCopy: number;
        };
        /** @description As PUT of a federation’s directory has it, which is added if it isn’t there; or DELETE, of the directory’s place or of the federation. */
        FederationChange: {
            directory?: string;
            /**
             * @description In the place of everything else: to delete the federation.
             * @enum {boolean}
             */
            delete?: true;
            /**
             * @description To take the directory out.
             * @enum {boolean}
             */
            remove?: true;
            priority?: number;
            enabled?: boolean;
        };
        DirectoryPreview: {
            federations: (components["schemas"]["ChangePreview"] & {
                federation: string;
            })[];
        };
        /** @description As PATCH of the directory has it, or DELETE. */
        WholeDirectoryChange: {
            enabled?: boolean;
            /** @enum {boolean} */
            delete?: true;
        };
        ReservedUsername: {
            /** @description In lower case. */
            username: string;
            reason: string;
        };
        Reservation: {
            /** @description Shown to whoever asks why somebody of this name can’t log in. */
            reason: string;
        };
        Explanation: {
            federation: string;
            asked: {
                username: string;
            } | {
                email: string;
            };
            served: components["schemas"]["ExplainedUser"];
            /** @description Everybody of the name, in the order of priority; twenty at most. */
            users: components["schemas"]["ExplainedUser"][];
            more: boolean;
            /** @description When nobody has the name: who had it last. */
            deleted: {
                directory: string;
                /** Format: uuid */
                id: string;
                event: components["schemas"]["ExplainedEvent"];
            } | null;
            directories: components["schemas"]["ExplainedDirectory"][];
            /** @description The Keycloaks that read the change feed. */
            readers: components["schemas"]["ExplainedReader"][];
            login: {
                /** @description Whether nothing stands in the way that the bridge knows of. */
                works: boolean;
                checks: {
                    id: string;
                    /** @enum {string} */
                    status: "ok" | "warning" | "failed";
                    detail: string;
                }[];
            };
        };
        /** @description Whom Keycloak gets for the name. */
        ExplainedUser: components["schemas"]["NamedUser"] & ({
            active: boolean;
            /** @description Null: the LDAP server checks it. */
            hasPassword: boolean | null;
            identityLink: {
                provider: string;
                subject: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            verdict: {
                /** @enum {string} */
                outcome: "served";
            } | {
                /** @enum {string} */
                outcome: "reserved";
                reason: string;
            } | {
                /** @enum {string} */
                outcome: "directory-disabled";
            } | {
                /** @enum {string} */
                outcome: "shadowed";
                /** @enum {string} */
                match: "username" | "email";
                by: components["schemas"]["NamedUser"];
            };
            lastEvent: components["schemas"]["ExplainedEvent"];
            lastRequest: components["schemas"]["ExplainedRequest"];
            /** @description What the identity provider has asked for and the guard of the directory holds until an operator decides. */
            held: {
                /** @enum {string} */
                operation: "deactivate" | "delete" | "remove_member";
                /** @description The group that the user would leave. */
                group: string | null;
                /** Format: date-time */
                at: string;
                actor: string;
                requestId: string | null;
            }[];
        } | null);
        ExplainedEvent: {
            type: string;
            /** Format: date-time */
            at: string;
            /**
             * @description Who made the change.
             * @example token:rb_scim_Ab12cd
             */
            actor: string;
            /** @description The request that it came with, as the log has it. */
            requestId: string | null;
            /** @description In the directory’s log; null: written a moment ago. */
            position: number | null;
            /** @description The names of the attributes that it changed. */
            changed: string[];
        } | null;
        /** @description The last SCIM request that wanted to change the user, by its id, whatever came of it. */
        ExplainedRequest: {
            method: string;
            /** Format: date-time */
            at: string;
            actor: string | null;
            requestId: string;
            status: number;
            /** @description What the client was told of its mistake. */
            detail: string | null;
        } | null;
        ExplainedDirectory: {
            slug: string;
            name: string;
            /** @enum {string} */
            kind: "scim" | "ldap";
            priority: number;
            /** @description In this federation. */
            enabled: boolean;
            /** @description As a whole. */
            directoryEnabled: boolean;
            /** @enum {string} */
            health: "ok" | "degraded" | "unavailable" | "disabled";
            /** Format: date-time */
            healthSince: string | null;
            /**
             * Format: date-time
             * @description When the identity provider last called (within a minute), or the LDAP server last answered.
             */
            heardAt: string | null;
            /** @description What else there is to know of the source, in sentences. */
            remarks: string[];
        };
        ExplainedReader: {
            /** @description The federation and the token. */
            name: string;
            /** Format: date-time */
            lastSeenAt: string | null;
            /** @description Events that it has not read yet. */
            behind: number;
            /** @description Whether it has read the user’s last change. */
            hasLastEvent: boolean | null;
        };
        Events: {
            /** @description Where to go on. */
            cursor: string;
            /** @description Whether the next page won't have to wait. */
            more: boolean;
            events: components["schemas"]["Event"][];
        };
        Event: {
            /** @description Never given twice, the same at each reading. */
            id: string;
            /** @enum {string} */
            type: "user.created" | "user.updated" | "user.activated" | "user.deactivated" | "user.deleted" | "user.password_changed" | "user.adopted" | "group.created" | "group.updated" | "group.deleted" | "group.adopted" | "group.member_added" | "group.member_removed" | "resource.created" | "resource.updated" | "resource.deleted" | "guard.tripped" | "guard.held" | "guard.cancelled" | "directory.created" | "directory.updated" | "directory.enabled" | "directory.disabled" | "directory.move_started" | "directory.move_decided" | "directory.move_finished" | "directory.move_undone" | "directory.move_forgotten" | "directory.undo_planned" | "directory.undo_started" | "directory.undo_finished" | "directory.undo_discarded" | "token.created" | "token.updated" | "token.revoked" | "issuer.created" | "issuer.updated" | "issuer.deleted" | "schema.created" | "schema.updated" | "schema.deleted" | "resource_type.created" | "resource_type.updated" | "resource_type.deleted" | "ldap.updated" | "ldap.password_changed" | "ldap.sync_requested" | "target.created" | "target.updated" | "target.secret_changed" | "target.paused" | "target.resumed" | "target.purged" | "target.deleted" | "guard.updated" | "guard.released" | "guard.rejected" | "delivery.paused" | "delivery.resumed" | "delivery.dead";
            /**
             * Format: date-time
             * @description When the change was made.
             */
            time: string;
            directory: {
                /** Format: uuid */
                id: string;
                slug: string;
            };
            /** @description In the directory's log: 1, 2, 3 … */
            position: number;
            /**
             * @description Who made the change.
             * @example token:rb_scim_Ab12cd
             */
            actor: string;
            requestId: string | null;
            /** @description Of a change that the guard had held: whose request it was that the actor let be done. */
            askedBy?: {
                actor: string;
                requestId: string | null;
            };
            /**
             * @description The interop profile of the directory under which the request of an identity provider was understood; null for all other actors.
             * @example entra
             */
            profile: string | null;
            resource: {
                /** @example User */
                type: string;
                /** Format: uuid */
                id: string;
                /** @description After the change. */
                version: number | null;
                /** @description With `include=resource`: the resource as it is now; null when it is gone, or is no SCIM resource. */
                current?: {
                    [key: string]: unknown;
                } | null;
            };
            /** @description The changed attributes alone, before and after; null where there was or is none. */
            changes: {
                [key: string]: {
                    before?: unknown;
                    after?: unknown;
                };
            };
            /** @description Who was added to a group, or removed. */
            members: string[];
            /**
             * Format: uuid
             * @description Of a change that undoes others: the plan.
             */
            undoPlan?: string;
        };
        Audit: {
            /** @description Where to go on. */
            cursor: string;
            more: boolean;
            entries: components["schemas"]["AuditEntry"][];
        };
        AuditEntry: {
            /** @description Never given twice. */
            id: string;
            /** @enum {string} */
            type: "directory.created" | "directory.updated" | "directory.enabled" | "directory.disabled" | "directory.move_started" | "directory.move_decided" | "directory.move_finished" | "directory.move_undone" | "directory.move_forgotten" | "directory.undo_planned" | "directory.undo_started" | "directory.undo_finished" | "directory.undo_discarded" | "token.created" | "token.updated" | "token.revoked" | "issuer.created" | "issuer.updated" | "issuer.deleted" | "schema.created" | "schema.updated" | "schema.deleted" | "resource_type.created" | "resource_type.updated" | "resource_type.deleted" | "ldap.updated" | "ldap.password_changed" | "ldap.sync_requested" | "target.created" | "target.updated" | "target.secret_changed" | "target.paused" | "target.resumed" | "target.purged" | "target.deleted" | "guard.updated" | "guard.released" | "guard.rejected" | "directory.deleted" | "federation.created" | "federation.updated" | "federation.deleted" | "federation.directory_added" | "federation.directory_changed" | "federation.directory_removed" | "federation.attribute_mappings_changed" | "federation.role_mappings_changed" | "federation.username_reserved" | "federation.username_released" | "federation.token_created" | "federation.token_revoked" | "webhook.created" | "webhook.updated" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.paused" | "webhook.resumed" | "webhook.replayed" | "event_stream.created" | "event_stream.updated" | "event_stream.deleted" | "event_stream.secret_rotated" | "event_stream.paused" | "event_stream.resumed" | "event_stream.replayed" | "signing_key.rotated" | "secret.resealed";
            /** Format: date-time */
            time: string;
            /**
             * @description Who made the change.
             * @example cli:alice
             */
            actor: string;
            requestId: string | null;
            /** @description As it was called then. */
            directory: {
                /** Format: uuid */
                id: string;
                slug: string;
            } | null;
            /** @description As it was called then. */
            federation: {
                /** Format: uuid */
                id: string;
                slug: string;
            } | null;
            resource: {
                /** @enum {string} */
                type: "Directory" | "Federation" | "Token" | "Issuer" | "Webhook" | "EventStream" | "SigningKey" | "Target";
                /** Format: uuid */
                id: string;
                /** @description A slug, a token's first characters or an issuer's URL. */
                name: string;
            };
            /** @description The changed attributes alone, before and after; null where there was or is none. */
            changes: {
                [key: string]: {
                    before?: unknown;
                    after?: unknown;
                };
            };
        };
        ScimRequests: {
            requests: components["schemas"]["ScimRequest"][];
            /**
             * Format: uuid
             * @description Where the next page begins; null on the last one.
             */
            next: string | null;
        };
        ScimRequest: {
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description When it was answered.
             */
            time: string;
            /** @example PATCH */
            method: string;
            /**
             * @description Below the directory's base URL.
             * @example /Users/01a2…
             */
            path: string;
            query: {
                [key: string]: string;
            };
            /** @description Whose token it was; null where it was none. */
            actor: string | null;
            /** @description As in the events that it caused. */
            requestId: string;
            address: string;
            userAgent: string | null;
            status: number;
            scimType: string | null;
            /** @description What the identity provider was told of its mistake. */
            detail: string | null;
            /** @description Of a bulk request; `detail` is of the first of them. */
            failedOperations: number;
            durationMs: number;
            /** @description Without these it would have been refused. */
            tolerances: string[];
            /** @description What a failed request sent: values under the names of the schemas, never secrets, and of everything else its kind. */
            sent?: unknown;
        };
        History: {
            resource: {
                /** @example User */
                type: string;
                /** Format: uuid */
                id: string;
                /** @description False: it has been deleted. */
                exists: boolean;
            };
            /** @description The latest first. */
            events: components["schemas"]["Event"][];
            /**
             * Format: date-time
             * @description Events from before this time have been removed.
             */
            beginsAt: string | null;
            /** @description Null unless `at` was asked for. */
            past: {
                /** Format: date-time */
                at: string;
                /** @description The attributes then; null: there was none. */
                resource: {
                    [key: string]: unknown;
                } | null;
                /** @description A group's. */
                members: string[] | null;
                /** @description Those that a user was in, with their present names. */
                groups: {
                    /** Format: uuid */
                    id: string;
                    displayName: string | null;
                }[] | null;
            } | null;
        };
        UndoPlanStatus: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "planning" | "planned" | "applying" | "applied";
            actors: string[];
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description What they did in that time; each member of a group counts. */
            changes: number;
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            appliedAt: string | null;
            counts: {
                /** @description Resources that are still to be looked at. */
                unplanned: number;
                byState: {
                    ready: number;
                    conflict: number;
                    impossible: number;
                    done: number;
                    refused: number;
                };
                /** @description Of what is ready or done. */
                byAction: {
                    delete: number;
                    restore: number;
                    update: number;
                    activate: number;
                    deactivate: number;
                    add_member: number;
                    remove_member: number;
                    password: number;
                };
                /** @description Items of which some attributes stay as others set them. */
                partialConflicts: number;
            };
        };
        UndoPlan: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            state: "planning" | "planned" | "applying" | "applied";
            actors: string[];
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description What they did in that time; each member of a group counts. */
            changes: number;
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            appliedAt: string | null;
        };
        UndoItem: {
            /** @description The resource's id; for a member that and the member's, with a slash. */
            id: string;
            resource: {
                type: string;
                /** Format: uuid */
                id: string;
                name: string | null;
            };
            member: {
                id: string;
                name: string | null;
            } | null;
            /** @enum {string} */
            action: "delete" | "restore" | "update" | "activate" | "deactivate" | "add_member" | "remove_member" | "password";
            /**
             * @description ready: to be done; conflict: not done unless it is to overwrite; impossible: never; refused: could not be done.
             * @enum {string}
             */
            state: "ready" | "conflict" | "impossible" | "done" | "refused";
            /** @enum {string|null} */
            reason: "changed_since" | "changed_since_plan" | "in_groups" | "name_taken" | "deleted_since" | "password_unknown" | "member_gone" | "group_gone" | "type_gone" | "invalid" | null;
            by: string | null;
            /** Format: date-time */
            at: string | null;
            overwrite: boolean;
            /** @description Attributes; those of extensions one by one. */
            changes: {
                [key: string]: {
                    /** @description As the plan saw it; null: there was none. */
                    now?: unknown;
                    to?: unknown;
                    /** @description Somebody's later change, which stays unless it is to be overwritten. */
                    since?: {
                        by: string;
                        /** Format: date-time */
                        at: string;
                    };
                    /** @description The id of the resource that has the name now. */
                    takenBy?: string;
                };
            };
            /**
             * @description What does not come back.
             * @example [
             *       "password"
             *     ]
             */
            lost: string[];
            problem: string | null;
        };
        Webhook: {
            /** Format: uuid */
            id: string;
            slug: string;
            url: string;
            /** @description Whose events it gets; null: those of all directories. */
            directory: string | null;
            /**
             * @description Null: all types.
             * @example [
             *       "user.*"
             *     ]
             */
            types: string[] | null;
            /** @description Null: it is delivered. */
            pause: {
                /**
                 * @description operator: somebody has paused it; failing: nothing gets through, and it is tried now and then; gone: the receiver answered 410; secret: a secret can not be opened.
                 * @enum {string}
                 */
                cause: "operator" | "failing" | "gone" | "secret";
                /** Format: date-time */
                since: string;
                reason: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
        };
        CreatedWebhook: components["schemas"]["Webhook"] & {
            /**
             * @description Shown this once.
             * @example whsec_…
             */
            secret: string;
        };
        WebhookStatus: components["schemas"]["Webhook"] & {
            /** @description Events of the log, of whatever type, that it has not come to yet. */
            behind: number;
            /** @description Messages that wait for another attempt, or behind one of the same resource. */
            waiting: number;
            /** @description Messages that were given up; they can be sent again. */
            dead: number;
            /** @description Events that retention took from the log before they were delivered. */
            missed: number;
            /** Format: date-time */
            missedAt: string | null;
            /**
             * Format: date-time
             * @description When a message was last delivered.
             */
            deliveredAt: string | null;
            secrets: {
                /** Format: uuid */
                id: string;
                /** Format: date-time */
                createdAt: string;
                /** Format: date-time */
                expiresAt: string | null;
            }[];
        };
        RotatedWebhookSecret: {
            /** @description Shown this once. */
            secret: string;
            /**
             * Format: date-time
             * @description Until then messages are signed with the secrets from before, too.
             */
            previousUntil: string;
        };
        WebhookTestOutcome: {
            /** @description The webhook-id of the message. */
            id: string;
            delivered: boolean;
            /** @description Null: there was no answer. */
            status: number | null;
            durationMs: number;
            /** @description Its first 500 bytes. */
            answer: string;
            problem: string | null;
        };
        WebhookAttempt: {
            /** Format: uuid */
            id: string;
            /** @description The event's id, and the message's. */
            event: string;
            type: string;
            directory: {
                /** Format: uuid */
                id: string;
                slug: string;
            };
            /** Format: date-time */
            at: string;
            status: number | null;
            durationMs: number;
            answer: string;
            /** @description Null: it was delivered. */
            problem: string | null;
        };
        FailedWebhookDelivery: {
            event: string;
            /** @enum {string} */
            state: "waiting" | "dead";
            type: string;
            directory: {
                /** Format: uuid */
                id: string;
                slug: string;
            };
            resource: {
                type: string;
                /** Format: uuid */
                id: string;
            };
            attempts: number;
            /** Format: date-time */
            firstFailedAt: string | null;
            /** Format: date-time */
            lastFailedAt: string | null;
            /** Format: date-time */
            nextAttemptAt: string | null;
            problem: string | null;
        };
        ReplayedDeadMessages: {
            replayed: number;
        };
        WebhookReplay: {
            replayed: {
                directory: string;
                /** @description The first position that is sent again. */
                from: number;
                /** @description The last one that had been passed before. */
                to: number;
            }[];
        };
        EventStream: {
            /** Format: uuid */
            id: string;
            slug: string;
            /** @enum {string} */
            delivery: "push" | "poll";
            /** @description Where SETs are pushed to; null: they are polled. */
            url: string | null;
            /** @description Whether pushes have a header Authorization. */
            authorization: boolean;
            /** @description The first characters of the poller's token. */
            token: string | null;
            audience: string;
            /** @enum {string} */
            content: "full" | "notice";
            /** @description Null: all. */
            events: ("prov:create" | "prov:patch" | "prov:delete" | "prov:activate" | "prov:deactivate")[] | null;
            /** @description Null: all. */
            resourceTypes: string[] | null;
            /** @description Whose events it has; null: those of all directories. */
            directory: string | null;
            /**
             * @description The claim iss of its SETs; of a stream for all directories with a place for the slug.
             * @example https://bridge.example.com/scim/v2/{directory}
             */
            issuer: string;
            /** @description Where SETs are polled; null: they are pushed. */
            pollUrl: string | null;
            /** @description The keys by which SETs are verified. */
            jwksUrl: string;
            /** @description Null: it is delivered. */
            pause: {
                /**
                 * @description operator: somebody has paused it; failing: nothing gets through, and it is tried now and then; gone: the receiver answered 410; secret: a secret can not be opened.
                 * @enum {string}
                 */
                cause: "operator" | "failing" | "gone" | "secret";
                /** Format: date-time */
                since: string;
                reason: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
        };
        CreatedEventStream: components["schemas"]["EventStream"] & {
            /**
             * @description Shown this once.
             * @example rb_stream_…
             */
            pollToken: string | null;
        };
        EventStreamStatus: components["schemas"]["EventStream"] & {
            /** @description Events of the log, of whatever type, that it has not come to yet. */
            behind: number;
            /** @description Messages that wait for another attempt, or behind one of the same resource. */
            waiting: number;
            /** @description Messages that were given up; they can be sent again. */
            dead: number;
            /** @description Events that retention took from the log before they were delivered. */
            missed: number;
            /** Format: date-time */
            missedAt: string | null;
            /**
             * Format: date-time
             * @description When a message was last delivered.
             */
            deliveredAt: string | null;
            /**
             * Format: date-time
             * @description When a verification event arrived.
             */
            verifiedAt: string | null;
            /** @description Why the poller refused the latest one. */
            verificationProblem: string | null;
        };
        RotatedEventStreamToken: {
            /** @description Shown this once. */
            pollToken: string;
            /**
             * Format: date-time
             * @description Until then the token from before is good, too.
             */
            previousUntil: string;
        };
        EventStreamVerification: {
            jti: string;
            /** @description What the verification event says. */
            state: string;
            /** @description Null: the poller gets it with its next poll. */
            delivered: boolean | null;
            status: number | null;
            durationMs: number | null;
            answer: string | null;
            problem: string | null;
        };
        SigningKey: {
            /**
             * Format: uuid
             * @description The kid of what it signs.
             */
            id: string;
            /**
             * @description ahead: published, and signs later; retired: published, for what it has signed.
             * @enum {string}
             */
            state: "ahead" | "signing" | "retired";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            signsFrom: string;
            /** Format: date-time */
            publishedUntil: string | null;
        };
        AttributeMappings: {
            /** @description Whether these are the ones that every federation starts with. */
            default: boolean;
            mappings: {
                /**
                 * @description Of the SCIM attribute: `title`, `name.formatted`, `phoneNumbers[type eq "work"].value`, or with a schema’s URN in front.
                 * @example phoneNumbers[type eq "work"].value
                 */
                path: string;
                /**
                 * @description Keycloak's name of the attribute.
                 * @example workPhone
                 */
                attribute: string;
                /** @description Whether Keycloak gets all values or the first one. Left out: as the SCIM schema has it. */
                multiValued: boolean;
            }[];
        };
        AttributeMappingsWish: {
            mappings: {
                /**
                 * @description Of the SCIM attribute: `title`, `name.formatted`, `phoneNumbers[type eq "work"].value`, or with a schema’s URN in front.
                 * @example phoneNumbers[type eq "work"].value
                 */
                path: string;
                /**
                 * @description Keycloak's name of the attribute.
                 * @example workPhone
                 */
                attribute: string;
                /** @description Whether Keycloak gets all values or the first one. Left out: as the SCIM schema has it. */
                multiValued?: boolean;
            }[];
        };
        RoleMappings: {
            mappings: components["schemas"]["RoleMapping"][];
        };
        RoleMapping: {
            directory: string;
            /** @description By id, or by a name that any group of the directory may come to have. */
            group: {
                /** Format: uuid */
                id: string;
            } | {
                displayName: string;
            };
            role: string;
            /** @description The client's id, or null for a role of the realm. */
            client: string | null;
            /** @description Must be true for a role that is, or contains, one that administers Keycloak. */
            allowAdmin: boolean;
        };
        RoleMappingsWish: {
            mappings: {
                directory: string;
                /** @description By id, or by a name that any group of the directory may come to have. */
                group: {
                    /** Format: uuid */
                    id: string;
                } | {
                    displayName: string;
                };
                role: string;
                /** @description The client's id, or null for a role of the realm. */
                client?: string | null;
                /** @description Must be true for a role that is, or contains, one that administers Keycloak. */
                allowAdmin?: boolean;
            }[];
        };
        RolePreview: {
            roles: {
                /** @description The client's id, or null for a role of the realm. */
                client: string | null;
                role: string;
                gain: components["schemas"]["AlteredUsers"];
                lose: components["schemas"]["AlteredUsers"];
            }[];
            /** @description Mappings whose group is not there yet. */
            unmatched: components["schemas"]["RoleMapping"][];
        };
        AlteredUsers: {
            count: number;
            users: {
                /** Format: uuid */
                id: string;
                username: string;
                directory: string;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getFederation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federation */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Federation"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpUser: {
        parameters: {
            query?: {
                /** @description The user name. */
                username?: string;
                /** @description The e-mail. */
                email?: string;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code user_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countUsers: {
        parameters: {
            query?: {
                /** @description Words separated by blanks; each must be a prefix of username, e-mail, first or last name. `*` inside a word matches anything, `"…"` means equal. */
                search?: string;
                /** @description Contains; equal with `exact=true`. */
                username?: string;
                /** @description Contains; equal with `exact=true`. */
                email?: string;
                /** @description Contains; equal with `exact=true`. */
                firstName?: string;
                /** @description Contains; equal with `exact=true`. */
                lastName?: string;
                /** @description Whether username, email, firstName and lastName must be equal. */
                exact?: boolean;
                /** @description Only users that are enabled, or only those that are not. */
                enabled?: boolean;
                /** @description `name:value`, equal; may be repeated, then all must hold. */
                attribute?: string[];
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The number */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description Words separated by blanks; each must be a prefix of username, e-mail, first or last name. `*` inside a word matches anything, `"…"` means equal. */
                search?: string;
                /** @description Contains; equal with `exact=true`. */
                username?: string;
                /** @description Contains; equal with `exact=true`. */
                email?: string;
                /** @description Contains; equal with `exact=true`. */
                firstName?: string;
                /** @description Contains; equal with `exact=true`. */
                lastName?: string;
                /** @description Whether username, email, firstName and lastName must be equal. */
                exact?: boolean;
                /** @description Only users that are enabled, or only those that are not. */
                enabled?: boolean;
                /** @description `name:value`, equal; may be repeated, then all must hold. */
                attribute?: string[];
                /** @description Offset from 0. */
                first?: number;
                /** @description Page size. */
                max?: number;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Users"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code user_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_disabled */
            409: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordCheck"];
            };
        };
        responses: {
            /** @description The verdict */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordVerdict"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code user_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_large */
            413: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpGroup: {
        parameters: {
            query: {
                /** @description Given twice: the directory's slug, then the name. */
                path: string[];
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code group_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_disabled */
            409: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countGroups: {
        parameters: {
            query?: {
                /** @description Contains; equal with `exact=true`. */
                search?: string;
                /** @description Whether the name must be equal. */
                exact?: boolean;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The number */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description Contains; equal with `exact=true`. */
                search?: string;
                /** @description Whether the name must be equal. */
                exact?: boolean;
                /** @description Offset from 0. */
                first?: number;
                /** @description Page size. */
                max?: number;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of groups */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Groups"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code group_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_disabled */
            409: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description Offset from 0. */
                first?: number;
                /** @description Page size. */
                max?: number;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Users"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code group_absent (the proof of absence) or not_found */
            404: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_disabled */
            409: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readChanges: {
        parameters: {
            query?: {
                /** @description A cursor of an earlier answer; without it only the cursor of now is answered. */
                after?: string;
                /** @description Seconds to wait for something to happen. */
                wait?: number;
                /** @description Items in one answer. */
                max?: number;
            };
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes and the next cursor */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code cursor_expired */
            410: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The federation's slug. */
                federation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lines */
            200: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ExportLine"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code too_many_requests */
            429: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unavailable */
            503: {
                headers: {
                    /** @description The major version of this API. */
                    "Realmbridge-Api"?: "1";
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDirectories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The directories */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Directory"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    slug: string;
                    name?: string;
                    /** @enum {string} */
                    profile?: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
                    /**
                     * @description Whether an identity provider pushes (scim) or the bridge reads an LDAP server (ldap).
                     * @default scim
                     * @enum {string}
                     */
                    kind?: "scim" | "ldap";
                    ldap?: components["schemas"]["NewLdapSettings"];
                };
            };
        };
        responses: {
            /** @description The directory */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Directory"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The directory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Directory"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @enum {string} */
                    profile?: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description The directory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Directory"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToleranceReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToleranceReport"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDirectoryTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryToken"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDirectoryToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** Format: date-time */
                    expiresAt?: string;
                    scopes?: ("read" | "write")[];
                };
            };
        };
        responses: {
            /** @description The token, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeDirectoryToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, token_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSchemas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schemas */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schema"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                /** @description The id of the schema. */
                urn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schema */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schema"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, schema_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putSchema: {
        parameters: {
            query?: {
                /** @description What becomes of stored values, or resources, that would be left without their schema: by default the change is refused. */
                values?: "refuse" | "drop";
            };
            header?: never;
            path: {
                slug: string;
                /** @description The id of the schema. */
                urn: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Schema"];
            };
        };
        responses: {
            /** @description The schema, which was there before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaChange"];
                };
            };
            /** @description The new schema */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaChange"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSchema: {
        parameters: {
            query?: {
                /** @description What becomes of stored values, or resources, that would be left without their schema: by default the change is refused. */
                values?: "refuse" | "drop";
            };
            header?: never;
            path: {
                slug: string;
                /** @description The id of the schema. */
                urn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone; how many resources lost values with it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dropped: number;
                    };
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, schema_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listResourceTypes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource types */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceType"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getResourceType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                /** @description The name of the resource type. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource type */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceType"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, resource_type_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putResourceType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                /** @description The name of the resource type. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResourceType"];
            };
        };
        responses: {
            /** @description The resource type, which was there before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceType"];
                };
            };
            /** @description The new resource type */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceType"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteResourceType: {
        parameters: {
            query?: {
                /** @description What becomes of stored values, or resources, that would be left without their schema: by default the change is refused. */
                values?: "refuse" | "drop";
            };
            header?: never;
            path: {
                slug: string;
                /** @description The name of the resource type. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone; how many resources went with it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dropped: number;
                    };
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, resource_type_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateDirectoryToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How long the old token goes on working; a day by default. */
                    overlapSeconds?: number;
                    /**
                     * Format: date-time
                     * @description Of the new token; by default it lives as long as the old one.
                     */
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description The new token, shown this once, and the end of the old one */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedToken"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, token_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDirectoryIssuers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The issuers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustedIssuer"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addDirectoryIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    issuer: string;
                    audience: string;
                    jwksUrl?: string;
                    requiredClaims: {
                        [key: string]: string[];
                    };
                    scopes?: ("read" | "write")[];
                    /** @enum {string} */
                    scopeClaim?: "scope" | "scp" | "roles";
                    readValue?: string;
                    writeValue?: string;
                };
            };
        };
        responses: {
            /** @description The issuer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustedIssuer"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeDirectoryIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                issuerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, issuer_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateDirectoryIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                issuerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled: boolean;
                };
            };
        };
        responses: {
            /** @description The issuer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustedIssuer"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, issuer_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDirectoryLdap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapSettings"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putDirectoryLdap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LdapSettingsChange"];
            };
        };
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapSettings"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testDirectoryLdap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapTestReport"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testLdapSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLdapSettings"];
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapTestReport"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDirectoryLdapStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapStatus"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncDirectoryLdap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Removes everything that a complete reading lacks, however much it is.
                     * @default false
                     */
                    acceptRemovals?: boolean;
                };
            };
        };
        responses: {
            /** @description It will be; see the status */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    planDirectoryMove: {
        parameters: {
            query: {
                /** @description What users are matched by, with commas, the most trusted first. */
                match: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovePlan"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDirectoryMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The move */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startDirectoryMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What users are matched by, the most trusted first; capitals and blanks around and between words do not count. */
                    match: ("employeeNumber" | "email" | "userName" | "externalId")[];
                    /**
                     * @description Of the new identity provider.
                     * @enum {string}
                     */
                    profile?: "auto" | "rfc" | "entra" | "okta" | "google" | "onelogin" | "jumpcloud" | "ping" | "sailpoint";
                    /**
                     * @description Leaves the tokens and trusted issuers of before as they are, instead of closing them.
                     * @default false
                     */
                    keepAccess?: boolean;
                };
            };
        };
        responses: {
            /** @description The move */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetDirectoryMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMovedUsers: {
        parameters: {
            query?: {
                /** @description The id of the last one of the page before. */
                after?: string;
                /** @description How many at most, up to 1000; 100 without it. */
                limit?: string;
                /** @description waiting: not taken over yet; adopted: taken over; created: not there before the move. */
                state?: "waiting" | "adopted" | "created";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The users, by id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedResource"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMovedGroups: {
        parameters: {
            query?: {
                /** @description The id of the last one of the page before. */
                after?: string;
                /** @description How many at most, up to 1000; 100 without it. */
                limit?: string;
                /** @description waiting: not taken over yet; adopted: taken over; created: not there before the move. */
                state?: "waiting" | "adopted" | "created";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups, by id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedResource"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMoveClaims: {
        parameters: {
            query?: {
                /** @description The id of the last one of the page before. */
                after?: string;
                /** @description How many at most, up to 1000; 100 without it. */
                limit?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those users, in the order in which they came */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveClaim"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideMoveClaim: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                claimId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    decision: "adopt";
                    /** Format: uuid */
                    userId: string;
                } | {
                    /** @enum {string} */
                    decision: "create";
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent, claim_absent, user_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishDirectoryMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    users?: "keep" | "deactivate" | "delete";
                    /** @enum {string} */
                    groups?: "keep" | "delete";
                    /**
                     * @description Of groups that were taken over: members whom the new identity provider has not named.
                     * @enum {string}
                     */
                    members?: "keep" | "remove";
                    /** @enum {string} */
                    claims?: "drop";
                };
            };
        };
        responses: {
            /** @description How far it has come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveProgress"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    planDirectoryMoveUndo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveUndoPlan"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoDirectoryMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it has come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveProgress"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, move_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTargets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The targets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTarget"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    slug: string;
                    settings: components["schemas"]["OutboundTargetSettings"];
                    /** @description The token, or the secret of the OAuth client. Kept encrypted and never shown. */
                    secret: string;
                };
            };
        };
        responses: {
            /** @description The target */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTarget"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The target */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTarget"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    settings?: components["schemas"]["OutboundTargetSettings"];
                    /** @description The token, or the secret of the OAuth client. Kept encrypted and never shown. */
                    secret?: string;
                    /** @enum {string} */
                    mode?: "active" | "paused";
                };
            };
        };
        responses: {
            /** @description The target */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTarget"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTargetStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundStatus"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTest"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be; see the status */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    diffTarget: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description Compared at most. */
                limit?: number;
            };
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What would be done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundDiff"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    purgeTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                target: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The target */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboundTarget"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, target_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGuard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The guard */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guard"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateGuard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled?: boolean;
                    windowMinutes?: number;
                    limits?: {
                        deactivate?: {
                            count: number;
                            percent: number;
                        } | null;
                        delete?: {
                            count: number;
                            percent: number;
                        } | null;
                        remove_member?: {
                            count: number;
                            percent: number;
                        } | null;
                    };
                    /** @description Goes back to the default window and limits first. */
                    useDefaults?: boolean;
                };
            };
        };
        responses: {
            /** @description The guard */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guard"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHeldOperations: {
        parameters: {
            query?: {
                /** @description The id of the last one of the page before. */
                after?: string;
                /** @description How many at most, up to 1000; 100 without it. */
                limit?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeldOperation"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseHeldOperations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Only these; without it, all. */
                    ids?: string[];
                    /**
                     * Format: date-time
                     * @description Nothing that was held later than this.
                     */
                    until?: string;
                    /** @description For so long everything is let through, so that the rest of what was released may come. */
                    passMinutes?: number;
                };
            };
        };
        responses: {
            /** @description How far it has come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuardRelease"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectHeldOperations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Only these; without it, all. */
                    ids?: string[];
                    /**
                     * Format: date-time
                     * @description Nothing that was held later than this.
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description How many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuardRejection"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFederations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedFederation"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createFederation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    slug: string;
                    name?: string;
                };
            };
        };
        responses: {
            /** @description The federation */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedFederation"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getManagedFederation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedFederation"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteFederation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putFederationDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                directory: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    priority?: number;
                    enabled?: boolean;
                    /** @description Alias of the Keycloak organization whose managed members the users become; null unbinds it. */
                    organization?: string | null;
                    /** @description The realm's identity provider whose accounts the users are linked to, by a SCIM attribute (`externalId` unless told); what is left out stays, null unlinks. */
                    identityLink?: {
                        provider?: string;
                        subject?: string;
                        /** @enum {string} */
                        unlinkedUsers?: "allow" | "refuse";
                    } | null;
                };
            };
        };
        responses: {
            /** @description The federation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedFederation"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteFederationDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                directory: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFederationTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createFederationToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** Format: date-time */
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description The token, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeFederationToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, token_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listConflicts: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Slugs with commas between them: the report as if the federation had these directories in this order. Without it as it is now. */
                directories?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Their number, and a page of them ordered by user name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conflicts"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewFederationChange: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FederationChange"];
            };
        };
        responses: {
            /** @description Their number, and a page of them ordered by user name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePreview"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewDirectoryChange: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Only in this one; needed to go on with `after`. */
                federation?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WholeDirectoryChange"];
            };
        };
        responses: {
            /** @description By federation: their number, and a page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryPreview"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReservedUsernames: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names, with why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReservedUsername"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reserveUsername: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                /** @description Capitals don’t count. */
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reservation"];
            };
        };
        responses: {
            /** @description The name as it is stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReservedUsername"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseUsername: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                /** @description Capitals don’t count. */
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent, reserved_username_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainUser: {
        parameters: {
            query?: {
                /** @description The user name, in any case. */
                username?: string;
                /** @description The e-mail, in any case. */
                email?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only events of this directory. */
                directory?: string;
                /** @description The cursor of the page before, or `now` for what comes from now on. Without it the log is read from its beginning. */
                after?: string;
                /** @description Instead of a cursor: begin so many events before the end of each directory's log. */
                last?: string;
                /** @description Types, with commas between them; `user.*` stands for all that begin so. */
                type?: string;
                /** @description How many events at most, up to 1000; 100 without it. */
                limit?: string;
                /** @description `resource`: each event brings its resource as it is now, as SCIM shows it, without memberships. */
                include?: "resource";
                /** @description Seconds to wait for events when there are none, up to 30; 0 without it. */
                wait?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events after the cursor, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code cursor_expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only what was done to this directory; it may be gone. */
                directory?: string;
                /** @description Only what was done to this federation; it may be gone. */
                federation?: string;
                /** @description Types, with commas between them; `token.*` stands for all that begin so. */
                type?: string;
                /** @description The cursor of the page before. Without it the log is read from its beginning. */
                after?: string;
                /** @description Instead of a cursor: so many of the latest entries. */
                last?: string;
                /** @description How many entries at most, up to 1000; 100 without it. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entries, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audit"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRequests: {
        parameters: {
            query?: {
                /** @description `true`: only requests that were refused, or had operations that were. */
                failed?: "true" | "false";
                /** @description Only requests on the user, group or resource with this id. */
                resource?: string;
                /** @description Only the request with this id. */
                requestId?: string;
                /** @description Only requests with this token, as `actor` names it. */
                actor?: string;
                /** @description Only requests from this time on. */
                since?: string;
                /** @description Only requests before this time. */
                until?: string;
                /** @description Only requests with this text in their path, query or answer, or in what a failed one sent; in any case. */
                text?: string;
                /** @description The `next` of the page before. */
                before?: string;
                /** @description How many requests at most, up to 500; 100 without it. */
                limit?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests, latest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScimRequests"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readHistory: {
        parameters: {
            query: {
                /** @description An id, a user's userName or e-mail, or a group's displayName; also of one that is gone. */
                of: string;
                /** @description Also what it was at this moment. */
                at?: string;
                /** @description How many of the latest events, up to 1000; 100 without it. */
                limit?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its events and, if asked for, its past state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent or not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUndoPlans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plans */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoPlan"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUndoPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Whose changes: actors as events name them, names or first characters of tokens, or URLs of trusted issuers; `jwt:HOST/*` is all clients of one.
                     * @example [
                     *       "Okta",
                     *       "token:rb_scim_Ab12cd"
                     *     ]
                     */
                    actors: string[];
                    /** Format: date-time */
                    from: string;
                    /**
                     * Format: date-time
                     * @description Not included; now without it.
                     */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description The plan */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoPlanStatus"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUndoPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                planId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoPlanStatus"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, undo_plan_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardUndoPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                planId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, undo_plan_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    continueUndoPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                planId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoPlanStatus"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, undo_plan_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUndoItems: {
        parameters: {
            query?: {
                /** @description Only items of these states, with commas between. */
                state?: string;
                /** @description The id of the last item of the page before. */
                after?: string;
                /** @description How many at most, up to 1000; 100 without it. */
                limit?: string;
            };
            header?: never;
            path: {
                slug: string;
                planId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By resource, each before its members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoItem"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, undo_plan_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    applyUndoPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
                planId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What others changed afterwards is overwritten for the items of these ids, or for all. Without it, it stays. */
                    overwrite?: "all" | string[];
                };
            };
        };
        responses: {
            /** @description How far it has come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoPlanStatus"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent, undo_plan_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    slug: string;
                    /** Format: uri */
                    url: string;
                    /** @description The slug of the directory whose events are sent; all directories without it. */
                    directory?: string;
                    /** @description Types such as user.created, or user.* for all that begin so; all without it. */
                    types?: string[];
                    /**
                     * @description Whether events that are in the log already are sent too.
                     * @default now
                     * @enum {string}
                     */
                    start?: "now" | "beginning";
                };
            };
        };
        responses: {
            /** @description The webhook with its secret, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookStatus"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uri */
                    url?: string;
                    /** @description Null: all types. */
                    types?: string[] | null;
                    paused?: boolean;
                };
            };
        };
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long messages are signed with the secret from before as well.
                     * @default 86400
                     */
                    overlapSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedWebhookSecret"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTestOutcome"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookAttempts: {
        parameters: {
            query?: {
                /** @description At most, up to 1000; 100 without it. */
                limit?: string;
                /** @description Only attempts that failed. */
                failed?: "true" | "false";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAttempt"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description At most, up to 1000; 100 without it. */
                limit?: string;
                state?: "waiting" | "dead";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailedWebhookDelivery"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayDeadMessages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Ids of events; without it, all that are dead. */
                    events?: string[];
                };
            };
        };
        responses: {
            /** @description How many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayedDeadMessages"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Without it, all directories of the webhook. */
                    directory?: string;
                    /** @description A cursor of the event log: what follows it is sent again. */
                    after?: string;
                    /** @description The first position in the directory's log that is sent again. */
                    position?: number;
                    /**
                     * Format: date-time
                     * @description Events from this time on are sent again.
                     */
                    since?: string;
                    /** @description The last position that is sent again; without it, all that follow. */
                    to?: number;
                    /**
                     * Format: date-time
                     * @description Events up to this time are sent again.
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description What is sent again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code webhook_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventStreams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event streams */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventStream"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    slug: string;
                    /**
                     * @description By RFC 8935 (push) or RFC 8936 (poll).
                     * @enum {string}
                     */
                    delivery: "push" | "poll";
                    /**
                     * Format: uri
                     * @description Where SETs are pushed to.
                     */
                    url?: string;
                    /** @description The header Authorization of each push, such as "Bearer …". */
                    authorization?: string;
                    /** @description The claim aud of each SET. */
                    audience: string;
                    /** @description The slug of the directory whose events it has; all directories without it. */
                    directory?: string;
                    /**
                     * @description Whether SETs carry values (full) or attribute names alone (notice).
                     * @default notice
                     * @enum {string}
                     */
                    content?: "full" | "notice";
                    /** @description Events of RFC 9967 §2.4; all without it. */
                    events?: ("prov:create" | "prov:patch" | "prov:delete" | "prov:activate" | "prov:deactivate")[];
                    /** @description Names such as User; all without it. */
                    resourceTypes?: string[];
                    /**
                     * Format: uri
                     * @description The URL of the bridge; SETs are issued by BASE/scim/v2/DIRECTORY. The one of this request without it.
                     */
                    baseUrl?: string;
                    /**
                     * @description Whether what is in the log already is told, too.
                     * @default now
                     * @enum {string}
                     */
                    start?: "now" | "beginning";
                };
            };
        };
        responses: {
            /** @description The event stream, with its poller's token, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedEventStream"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventStreamStatus"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uri */
                    url?: string;
                    /** @description Null: none. */
                    authorization?: string | null;
                    audience?: string;
                    /** @enum {string} */
                    content?: "full" | "notice";
                    /** @description Null: all. */
                    events?: ("prov:create" | "prov:patch" | "prov:delete" | "prov:activate" | "prov:deactivate")[] | null;
                    /** @description Null: all. */
                    resourceTypes?: string[] | null;
                    paused?: boolean;
                };
            };
        };
        responses: {
            /** @description The event stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventStream"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateEventStreamToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long the token from before is good as well.
                     * @default 86400
                     */
                    overlapSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedEventStreamToken"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventStreamVerification"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventStreamAttempts: {
        parameters: {
            query?: {
                /** @description At most, up to 1000; 100 without it. */
                limit?: string;
                /** @description Only attempts that failed. */
                failed?: "true" | "false";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pushes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAttempt"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventStreamDeliveries: {
        parameters: {
            query?: {
                /** @description At most, up to 1000; 100 without it. */
                limit?: string;
                state?: "waiting" | "dead";
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The SETs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailedWebhookDelivery"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayDeadSets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Ids of events; without it, all that are dead. */
                    events?: string[];
                };
            };
        };
        responses: {
            /** @description How many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayedDeadMessages"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayEventStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Without it, all directories of the webhook. */
                    directory?: string;
                    /** @description A cursor of the event log: what follows it is sent again. */
                    after?: string;
                    /** @description The first position in the directory's log that is sent again. */
                    position?: number;
                    /**
                     * Format: date-time
                     * @description Events from this time on are sent again.
                     */
                    since?: string;
                    /** @description The last position that is sent again; without it, all that follow. */
                    to?: number;
                    /**
                     * Format: date-time
                     * @description Events up to this time are sent again.
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description What is told again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code event_stream_absent, directory_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSigningKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKey"][];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long the new key is published before it signs: receivers keep what they have fetched for 5 minutes.
                     * @default 600
                     */
                    aheadSeconds?: number;
                    /**
                     * @description How long the keys from before stay published after the new one signs. After a leak: 0.
                     * @default 86400
                     */
                    overlapSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKey"][];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAttributeMappings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mappings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttributeMappings"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putAttributeMappings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttributeMappingsWish"];
            };
        };
        responses: {
            /** @description The mappings, with paths as they are stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttributeMappings"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAttributeMappings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The default */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttributeMappings"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRoleMappings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mappings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleMappings"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putRoleMappings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleMappingsWish"];
            };
        };
        responses: {
            /** @description The mappings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleMappings"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewRoleMappings: {
        parameters: {
            query?: {
                /** @description How many users are named. */
                max?: number;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleMappingsWish"];
            };
        };
        responses: {
            /** @description Whom it alters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolePreview"];
                };
            };
            /** @description Problem with the code invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code federation_absent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem with the code internal_error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
