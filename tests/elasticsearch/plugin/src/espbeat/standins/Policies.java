// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.elasticsearch.ResourceNotFoundException;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.support.ActionFilters;
import org.elasticsearch.action.support.local.TransportLocalProjectMetadataAction;
import org.elasticsearch.action.support.master.AcknowledgedResponse;
import org.elasticsearch.action.support.master.AcknowledgedTransportMasterNodeAction;
import org.elasticsearch.cluster.AckedClusterStateUpdateTask;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ProjectState;
import org.elasticsearch.cluster.block.ClusterBlockException;
import org.elasticsearch.cluster.block.ClusterBlockLevel;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.cluster.metadata.ProjectMetadata;
import org.elasticsearch.cluster.project.ProjectResolver;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.util.concurrent.EsExecutors;
import org.elasticsearch.injection.guice.Inject;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.RestUtils;
import org.elasticsearch.rest.action.RestRefCountedChunkedToXContentListener;
import org.elasticsearch.rest.action.RestToXContentListener;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.threadpool.ThreadPool;
import org.elasticsearch.transport.TransportService;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xpack.core.ilm.IndexLifecycleMetadata;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicy;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicyMetadata;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicyUsageCalculator;
import org.elasticsearch.xpack.core.ilm.action.DeleteLifecycleAction;
import org.elasticsearch.xpack.core.ilm.action.GetLifecycleAction;
import org.elasticsearch.xpack.core.ilm.action.ILMActions;
import org.elasticsearch.xpack.core.ilm.action.PutLifecycleRequest;

import static org.elasticsearch.rest.RestRequest.Method.DELETE;
import static org.elasticsearch.rest.RestRequest.Method.GET;
import static org.elasticsearch.rest.RestRequest.Method.PUT;

/**
 * REST and transport entry points that keep lifecycle policies (ILM). x-pack-core's own LifecyclePolicy parses and
 * checks them; they lie in the real cluster state. Not there: the runner, so that no policy is ever carried out.
 */
public final class Policies {

    private Policies() {}

    static List<ActionPlugin.ActionHandler> actions() {
        return List.of(
            new ActionPlugin.ActionHandler(ILMActions.PUT, PutPolicy.class),
            new ActionPlugin.ActionHandler(GetLifecycleAction.INSTANCE, GetPolicy.class),
            new ActionPlugin.ActionHandler(DeleteLifecycleAction.INSTANCE, DeletePolicy.class)
        );
    }

    static List<RestHandler> handlers() {
        return List.of(
            Rest.handler("put_ilm", (r, c) -> {
                String name = r.param("name");
                PutLifecycleRequest q;
                try (XContentParser p = r.contentParser()) {
                    var mt = RestUtils.getMasterNodeTimeout(r);
                    var at = RestUtils.getAckTimeout(r);
                    q = PutLifecycleRequest.parseRequest(new PutLifecycleRequest.Factory() {
                        @Override
                        public PutLifecycleRequest create(LifecyclePolicy policy) {
                            return new PutLifecycleRequest(mt, at, policy);
                        }

                        @Override
                        public String getPolicyName() {
                            return name;
                        }
                    }, p);
                }
                return ch -> c.execute(ILMActions.PUT, q, new RestToXContentListener<>(ch));
            }, Rest.route(PUT, "/_ilm/policy/{name}")),
            Rest.handler("get_ilm", (r, c) -> {
                var q = new GetLifecycleAction.Request(RestUtils.getMasterNodeTimeout(r), Strings.splitStringByCommaToArray(r.param("name")));
                return ch -> c.execute(GetLifecycleAction.INSTANCE, q, new RestRefCountedChunkedToXContentListener<>(ch));
            }, Rest.route(GET, "/_ilm/policy"), Rest.route(GET, "/_ilm/policy/{name}")),
            Rest.handler("delete_ilm", (r, c) -> {
                var q = new DeleteLifecycleAction.Request(RestUtils.getMasterNodeTimeout(r), RestUtils.getAckTimeout(r), r.param("name"));
                return ch -> c.execute(DeleteLifecycleAction.INSTANCE, q, new RestToXContentListener<>(ch));
            }, Rest.route(DELETE, "/_ilm/policy/{name}")),
            Rest.handler("ilm_status", (r, c) -> ch -> {
                try (XContentBuilder b = ch.newBuilder()) {
                    b.startObject().field("operation_mode", "STOPPED").field("standins_note", "policies are kept, never carried out").endObject();
                    ch.sendResponse(new RestResponse(RestStatus.OK, b));
                }
            }, Rest.route(GET, "/_ilm/status"))
        );
    }

    private static IndexLifecycleMetadata ilm(ProjectMetadata p) {
        IndexLifecycleMetadata m = p.custom(IndexLifecycleMetadata.TYPE);
        return m == null ? IndexLifecycleMetadata.EMPTY : m;
    }

    private static ClusterState withPolicies(ClusterState state, ProjectId id, Map<String, LifecyclePolicyMetadata> policies) {
        ProjectMetadata p = state.metadata().getProject(id);
        IndexLifecycleMetadata was = ilm(p);
        return ClusterState.builder(state)
            .putProjectMetadata(ProjectMetadata.builder(p)
                .putCustom(IndexLifecycleMetadata.TYPE, new IndexLifecycleMetadata(policies, was.getOperationMode())))
            .build();
    }

    public static class PutPolicy extends AcknowledgedTransportMasterNodeAction<PutLifecycleRequest> {
        private final ProjectResolver projects;

        @Inject
        public PutPolicy(TransportService ts, ClusterService cs, ThreadPool tp, ActionFilters f, ProjectResolver projects) {
            super(ILMActions.PUT.name(), ts, cs, tp, f, PutLifecycleRequest::new, EsExecutors.DIRECT_EXECUTOR_SERVICE);
            this.projects = projects;
        }

        @Override
        protected void masterOperation(Task task, PutLifecycleRequest r, ClusterState s, ActionListener<AcknowledgedResponse> l) {
            ProjectId id = projects.getProjectId();
            LifecyclePolicy.validatePolicyName(r.getPolicy().getName());
            clusterService.submitUnbatchedStateUpdateTask("standins-put-lifecycle", new AckedClusterStateUpdateTask(r, l) {
                @Override
                public ClusterState execute(ClusterState state) {
                    Map<String, LifecyclePolicyMetadata> m = new HashMap<>(ilm(state.metadata().getProject(id)).getPolicyMetadatas());
                    LifecyclePolicyMetadata was = m.get(r.getPolicy().getName());
                    m.put(r.getPolicy().getName(), new LifecyclePolicyMetadata(r.getPolicy(), Map.of(),
                        was == null ? 1L : was.getVersion() + 1, System.currentTimeMillis()));
                    return withPolicies(state, id, m);
                }
            });
        }

        @Override
        protected ClusterBlockException checkBlock(PutLifecycleRequest r, ClusterState s) {
            return s.blocks().globalBlockedException(projects.getProjectId(), ClusterBlockLevel.METADATA_WRITE);
        }
    }

    public static class DeletePolicy extends AcknowledgedTransportMasterNodeAction<DeleteLifecycleAction.Request> {
        private final ProjectResolver projects;

        @Inject
        public DeletePolicy(TransportService ts, ClusterService cs, ThreadPool tp, ActionFilters f, ProjectResolver projects) {
            super(DeleteLifecycleAction.INSTANCE.name(), ts, cs, tp, f, DeleteLifecycleAction.Request::new,
                EsExecutors.DIRECT_EXECUTOR_SERVICE);
            this.projects = projects;
        }

        @Override
        protected void masterOperation(Task task, DeleteLifecycleAction.Request r, ClusterState s, ActionListener<AcknowledgedResponse> l) {
            ProjectId id = projects.getProjectId();
            clusterService.submitUnbatchedStateUpdateTask("standins-delete-lifecycle", new AckedClusterStateUpdateTask(r, l) {
                @Override
                public ClusterState execute(ClusterState state) {
                    ProjectMetadata p = state.metadata().getProject(id);
                    List<String> used = new ArrayList<>();
                    for (IndexMetadata im : p.indices().values()) {
                        if (r.getPolicyName().equals(im.getLifecyclePolicyName())) {
                            used.add(im.getIndex().getName());
                        }
                    }
                    if (used.isEmpty() == false) {
                        throw new IllegalArgumentException("Cannot delete policy [" + r.getPolicyName()
                            + "]. It is in use by one or more indices: " + used);
                    }
                    Map<String, LifecyclePolicyMetadata> m = new HashMap<>(ilm(p).getPolicyMetadatas());
                    if (m.remove(r.getPolicyName()) == null) {
                        throw new ResourceNotFoundException("Lifecycle policy not found: {}", r.getPolicyName());
                    }
                    return withPolicies(state, id, m);
                }
            });
        }

        @Override
        protected ClusterBlockException checkBlock(DeleteLifecycleAction.Request r, ClusterState s) {
            return s.blocks().globalBlockedException(projects.getProjectId(), ClusterBlockLevel.METADATA_WRITE);
        }
    }

    public static class GetPolicy extends TransportLocalProjectMetadataAction<GetLifecycleAction.Request, GetLifecycleAction.Response> {
        private final IndexNameExpressionResolver names;

        @Inject
        public GetPolicy(TransportService ts, ClusterService cs, ActionFilters f, ProjectResolver projects,
            IndexNameExpressionResolver names) {
            super(GetLifecycleAction.NAME, f, ts.getTaskManager(), cs, ts.getThreadPool().executor(ThreadPool.Names.MANAGEMENT), projects);
            this.names = names;
        }

        @Override
        protected void localClusterStateOperation(Task task, GetLifecycleAction.Request r, ProjectState state,
            ActionListener<GetLifecycleAction.Response> l) {
            Map<String, LifecyclePolicyMetadata> m = ilm(state.metadata()).getPolicyMetadatas();
            String[] asked = r.getPolicyNames();
            List<String> found = new ArrayList<>();
            if (asked == null || asked.length == 0) {
                found.addAll(m.keySet());
            } else {
                for (String a : asked) {
                    if (Regex.isSimpleMatchPattern(a)) {
                        m.keySet().stream().filter(k -> Regex.simpleMatch(a, k)).forEach(found::add);
                    } else if (m.containsKey(a)) {
                        found.add(a);
                    } else {
                        l.onFailure(new ResourceNotFoundException("Lifecycle policy not found: {}", a));
                        return;
                    }
                }
            }
            LifecyclePolicyUsageCalculator usage = new LifecyclePolicyUsageCalculator(names, state.metadata(), found);
            List<GetLifecycleAction.LifecyclePolicyResponseItem> items = new ArrayList<>();
            for (String n : found) {
                LifecyclePolicyMetadata pm = m.get(n);
                items.add(new GetLifecycleAction.LifecyclePolicyResponseItem(pm.getPolicy(), pm.getVersion(), pm.getModifiedDateString(),
                    usage.retrieveCalculatedUsage(n)));
            }
            l.onResponse(new GetLifecycleAction.Response(items));
        }

        @Override
        protected ClusterBlockException checkBlock(GetLifecycleAction.Request r, ProjectState s) {
            return s.blocks().globalBlockedException(s.projectId(), ClusterBlockLevel.METADATA_READ);
        }
    }
}
