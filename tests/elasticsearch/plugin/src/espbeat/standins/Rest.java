// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.io.IOException;
import java.util.List;

import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.core.CheckedConsumer;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;

/** Builds REST handlers from lambdas. */
final class Rest {

    private Rest() {}

    /** Reads what a request says, and returns what to do with its channel. */
    interface Prepare {
        CheckedConsumer<RestChannel, Exception> on(RestRequest r, NodeClient c) throws IOException;
    }

    static RestHandler handler(String name, Prepare prepare, RestHandler.Route... routes) {
        return new BaseRestHandler() {
            @Override
            public String getName() {
                return "standins_" + name;
            }

            @Override
            public List<RestHandler.Route> routes() {
                return List.of(routes);
            }

            @Override
            protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
                CheckedConsumer<RestChannel, Exception> then = prepare.on(request, client);
                return then::accept;
            }
        };
    }

    static RestHandler.Route route(RestRequest.Method m, String path) {
        return new RestHandler.Route(m, path);
    }
}
