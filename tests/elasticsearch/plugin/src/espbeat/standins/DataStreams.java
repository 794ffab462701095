// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.datastreams.CreateDataStreamAction;
import org.elasticsearch.action.datastreams.DataStreamsActionUtil;
import org.elasticsearch.action.datastreams.DeleteDataStreamAction;
import org.elasticsearch.action.datastreams.GetDataStreamAction.Response.DataStreamInfo;
import org.elasticsearch.action.datastreams.GetDataStreamAction.Response.IndexProperties;
import org.elasticsearch.action.datastreams.GetDataStreamAction.Response.ManagedBy;
import org.elasticsearch.action.datastreams.GetDataStreamAction;
import org.elasticsearch.action.datastreams.lifecycle.GetDataStreamLifecycleAction;
import org.elasticsearch.action.datastreams.lifecycle.PutDataStreamLifecycleAction;
import org.elasticsearch.action.support.ActionFilters;
import org.elasticsearch.action.support.local.TransportLocalProjectMetadataAction;
import org.elasticsearch.action.support.master.AcknowledgedResponse;
import org.elasticsearch.action.support.master.AcknowledgedTransportMasterNodeAction;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ClusterStateUpdateTask;
import org.elasticsearch.cluster.ProjectState;
import org.elasticsearch.cluster.block.ClusterBlockException;
import org.elasticsearch.cluster.block.ClusterBlockLevel;
import org.elasticsearch.cluster.health.ClusterStateHealth;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.DataStreamGlobalRetentionSettings;
import org.elasticsearch.cluster.metadata.DataStreamLifecycle;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.metadata.MetadataCreateDataStreamService.CreateDataStreamClusterStateUpdateRequest;
import org.elasticsearch.cluster.metadata.MetadataCreateDataStreamService;
import org.elasticsearch.cluster.metadata.MetadataDataStreamsService;
import org.elasticsearch.cluster.metadata.MetadataIndexTemplateService;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.cluster.metadata.ProjectMetadata;
import org.elasticsearch.cluster.project.ProjectResolver;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.util.concurrent.EsExecutors;
import org.elasticsearch.index.Index;
import org.elasticsearch.index.IndexMode;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.injection.guice.Inject;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestUtils;
import org.elasticsearch.rest.action.RestRefCountedChunkedToXContentListener;
import org.elasticsearch.rest.action.RestToXContentListener;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.threadpool.ThreadPool;
import org.elasticsearch.transport.TransportService;
import org.elasticsearch.xcontent.XContentParser;

import static org.elasticsearch.rest.RestRequest.Method.DELETE;
import static org.elasticsearch.rest.RestRequest.Method.GET;
import static org.elasticsearch.rest.RestRequest.Method.PUT;

/**
 * REST and transport entry points of the "data-streams" module. The server's own services do the work; nothing is
 * emulated. Not there: the background lifecycle service, _stats, _modify, _promote, failure store options.
 */
public final class DataStreams {

    private DataStreams() {}

    static List<ActionPlugin.ActionHandler> actions() {
        return List.of(
            new ActionPlugin.ActionHandler(CreateDataStreamAction.INSTANCE, CreateDs.class),
            new ActionPlugin.ActionHandler(GetDataStreamAction.INSTANCE, GetDs.class),
            new ActionPlugin.ActionHandler(DeleteDataStreamAction.INSTANCE, DeleteDs.class),
            new ActionPlugin.ActionHandler(PutDataStreamLifecycleAction.INSTANCE, PutDsLifecycle.class)
        );
    }

    static List<RestHandler> handlers() {
        return List.of(
            Rest.handler("create_data_stream", (r, c) -> {
                var q = new CreateDataStreamAction.Request(RestUtils.getMasterNodeTimeout(r), RestUtils.getAckTimeout(r), r.param("name"));
                return ch -> c.execute(CreateDataStreamAction.INSTANCE, q, new RestToXContentListener<>(ch));
            }, Rest.route(PUT, "/_data_stream/{name}")),
            Rest.handler("get_data_stream", (r, c) -> {
                var q = new GetDataStreamAction.Request(RestUtils.getMasterNodeTimeout(r), Strings.splitStringByCommaToArray(r.param("name")));
                r.param("expand_wildcards");
                r.paramAsBoolean("include_defaults", false);
                r.paramAsBoolean("verbose", false);
                return ch -> c.execute(GetDataStreamAction.INSTANCE, q, new RestToXContentListener<>(ch));
            }, Rest.route(GET, "/_data_stream"), Rest.route(GET, "/_data_stream/{name}")),
            Rest.handler("delete_data_stream", (r, c) -> {
                var q = new DeleteDataStreamAction.Request(RestUtils.getMasterNodeTimeout(r), Strings.splitStringByCommaToArray(r.param("name")));
                return ch -> c.execute(DeleteDataStreamAction.INSTANCE, q, new RestToXContentListener<>(ch));
            }, Rest.route(DELETE, "/_data_stream/{name}")),
            Rest.handler("put_data_stream_lifecycle", (r, c) -> {
                DataStreamLifecycle lc;
                try (XContentParser p = r.contentParser()) {
                    lc = DataStreamLifecycle.dataLifecycleFromXContent(p);
                }
                var q = new PutDataStreamLifecycleAction.Request(RestUtils.getMasterNodeTimeout(r), RestUtils.getAckTimeout(r),
                    Strings.splitStringByCommaToArray(r.param("name")), lc);
                return ch -> c.execute(PutDataStreamLifecycleAction.INSTANCE, q, new RestToXContentListener<>(ch));
            }, Rest.route(PUT, "/_data_stream/{name}/_lifecycle")),
            Rest.handler("get_data_stream_lifecycle", (r, c) -> {
                var q = new GetDataStreamAction.Request(RestUtils.getMasterNodeTimeout(r), Strings.splitStringByCommaToArray(r.param("name")));
                return ch -> c.execute(GetDataStreamAction.INSTANCE, q, ActionListener.wrap(resp -> {
                    List<GetDataStreamLifecycleAction.Response.DataStreamLifecycle> l = new ArrayList<>();
                    for (DataStreamInfo i : resp.getDataStreams()) {
                        l.add(new GetDataStreamLifecycleAction.Response.DataStreamLifecycle(i.getDataStream().getName(),
                            i.getDataStream().getDataLifecycle(), i.getDataStream().isInternal()));
                    }
                    new RestRefCountedChunkedToXContentListener<GetDataStreamLifecycleAction.Response>(ch)
                        .onResponse(new GetDataStreamLifecycleAction.Response(l, null, resp.getDataGlobalRetention()));
                }, e -> {
                    try {
                        ch.sendResponse(new RestResponse(ch, e));
                    } catch (IOException io) {
                        throw new UncheckedIOException(io);
                    }
                }));
            }, Rest.route(GET, "/_data_stream/{name}/_lifecycle"))
        );
    }

    public static class CreateDs extends AcknowledgedTransportMasterNodeAction<CreateDataStreamAction.Request> {
        private final MetadataCreateDataStreamService service;
        private final ProjectResolver projects;

        @Inject
        public CreateDs(TransportService ts, ClusterService cs, ThreadPool tp, ActionFilters f, ProjectResolver projects,
            MetadataCreateDataStreamService service) {
            super(CreateDataStreamAction.NAME, ts, cs, tp, f, CreateDataStreamAction.Request::new, EsExecutors.DIRECT_EXECUTOR_SERVICE);
            this.service = service;
            this.projects = projects;
        }

        @Override
        protected void masterOperation(Task task, CreateDataStreamAction.Request r, ClusterState s, ActionListener<AcknowledgedResponse> l) {
            service.createDataStream(new CreateDataStreamClusterStateUpdateRequest(projects.getProjectId(), r.getName(), r.getStartTime(),
                null, r.masterNodeTimeout(), r.ackTimeout()), l);
        }

        @Override
        protected ClusterBlockException checkBlock(CreateDataStreamAction.Request r, ClusterState s) {
            return s.blocks().globalBlockedException(projects.getProjectId(), ClusterBlockLevel.METADATA_WRITE);
        }
    }

    public static class DeleteDs extends AcknowledgedTransportMasterNodeAction<DeleteDataStreamAction.Request> {
        private final ProjectResolver projects;
        private final IndexNameExpressionResolver names;

        @Inject
        public DeleteDs(TransportService ts, ClusterService cs, ThreadPool tp, ActionFilters f, ProjectResolver projects,
            IndexNameExpressionResolver names) {
            super(DeleteDataStreamAction.NAME, ts, cs, tp, f, DeleteDataStreamAction.Request::new, EsExecutors.DIRECT_EXECUTOR_SERVICE);
            this.projects = projects;
            this.names = names;
        }

        @Override
        protected void masterOperation(Task task, DeleteDataStreamAction.Request r, ClusterState s, ActionListener<AcknowledgedResponse> l) {
            ProjectId id = projects.getProjectId();
            clusterService.submitUnbatchedStateUpdateTask("standins-delete-data-stream", new ClusterStateUpdateTask(r.masterNodeTimeout()) {
                @Override
                public ClusterState execute(ClusterState state) {
                    ProjectState p = state.projectState(id);
                    Set<DataStream> ds = new HashSet<>();
                    for (String n : DataStreamsActionUtil.getDataStreamNames(names, p.metadata(), r.getNames(), r.indicesOptions())) {
                        ds.add(p.metadata().dataStreams().get(n));
                    }
                    return ds.isEmpty() ? state : MetadataDataStreamsService.deleteDataStreams(p, ds, clusterService.getSettings());
                }

                @Override
                public void clusterStateProcessed(ClusterState was, ClusterState is) {
                    l.onResponse(AcknowledgedResponse.TRUE);
                }

                @Override
                public void onFailure(Exception e) {
                    l.onFailure(e);
                }
            });
        }

        @Override
        protected ClusterBlockException checkBlock(DeleteDataStreamAction.Request r, ClusterState s) {
            return s.blocks().globalBlockedException(projects.getProjectId(), ClusterBlockLevel.METADATA_WRITE);
        }
    }

    public static class PutDsLifecycle extends AcknowledgedTransportMasterNodeAction<PutDataStreamLifecycleAction.Request> {
        private final MetadataDataStreamsService service;
        private final ProjectResolver projects;
        private final IndexNameExpressionResolver names;

        @Inject
        public PutDsLifecycle(TransportService ts, ClusterService cs, ThreadPool tp, ActionFilters f, ProjectResolver projects,
            IndexNameExpressionResolver names, MetadataDataStreamsService service) {
            super(PutDataStreamLifecycleAction.INSTANCE.name(), ts, cs, tp, f, PutDataStreamLifecycleAction.Request::new,
                EsExecutors.DIRECT_EXECUTOR_SERVICE);
            this.service = service;
            this.projects = projects;
            this.names = names;
        }

        @Override
        protected void masterOperation(Task task, PutDataStreamLifecycleAction.Request r, ClusterState s,
            ActionListener<AcknowledgedResponse> l) {
            List<String> ds = DataStreamsActionUtil.getDataStreamNames(names, projects.getProjectMetadata(s), r.getNames(),
                r.indicesOptions());
            service.setLifecycle(projects.getProjectId(), ds, r.getLifecycle(), r.ackTimeout(), r.masterNodeTimeout(), l);
        }

        @Override
        protected ClusterBlockException checkBlock(PutDataStreamLifecycleAction.Request r, ClusterState s) {
            return s.blocks().globalBlockedException(projects.getProjectId(), ClusterBlockLevel.METADATA_WRITE);
        }
    }

    public static class GetDs extends TransportLocalProjectMetadataAction<GetDataStreamAction.Request, GetDataStreamAction.Response> {
        private final IndexNameExpressionResolver names;
        private final DataStreamGlobalRetentionSettings retention;

        @Inject
        public GetDs(TransportService ts, ClusterService cs, ActionFilters f, ProjectResolver projects, IndexNameExpressionResolver names,
            DataStreamGlobalRetentionSettings retention) {
            super(GetDataStreamAction.NAME, f, ts.getTaskManager(), cs, ts.getThreadPool().executor(ThreadPool.Names.MANAGEMENT), projects);
            this.names = names;
            this.retention = retention;
        }

        private static ManagedBy managedBy(boolean ilm, boolean dlm, boolean preferIlm) {
            if (ilm && dlm) {
                return preferIlm ? ManagedBy.ILM : ManagedBy.LIFECYCLE;
            }
            return ilm ? ManagedBy.ILM : dlm ? ManagedBy.LIFECYCLE : ManagedBy.UNMANAGED;
        }

        @Override
        protected void localClusterStateOperation(Task task, GetDataStreamAction.Request r, ProjectState state,
            ActionListener<GetDataStreamAction.Response> l) {
            ProjectMetadata p = state.metadata();
            List<String> found = new ArrayList<>(DataStreamsActionUtil.getDataStreamNames(names, p,
                r.getNames() == null ? new String[] { "*" } : r.getNames(), r.indicesOptions()));
            Collections.sort(found);
            List<DataStreamInfo> out = new ArrayList<>();
            for (String n : found) {
                DataStream ds = p.dataStreams().get(n);
                String template = MetadataIndexTemplateService.findV2Template(p, n, false);
                Settings ts = template == null ? Settings.EMPTY : MetadataIndexTemplateService.resolveSettings(p, template);
                boolean prefer = IndexSettings.PREFER_ILM_SETTING.get(ts);
                Map<Index, IndexProperties> props = new HashMap<>();
                for (Index i : ds.getIndices()) {
                    IndexMetadata im = p.index(i);
                    boolean pi = IndexSettings.PREFER_ILM_SETTING.get(im.getSettings());
                    String pol = im.getLifecyclePolicyName();
                    boolean dlm = ds.getDataLifecycle() != null && ds.getDataLifecycle().enabled();
                    IndexMode mode = im.getIndexMode() == null ? IndexMode.STANDARD : im.getIndexMode();
                    props.put(i, new IndexProperties(pi, pol, managedBy(Strings.hasText(pol), dlm, pi), mode.getName()));
                }
                ClusterStateHealth h = new ClusterStateHealth(state.cluster(),
                    ds.getIndices().stream().map(Index::getName).toArray(String[]::new), state.projectId());
                out.add(new DataStreamInfo(ds, ds.isFailureStoreExplicitlyEnabled(), h.getStatus(), template,
                    ts.get(IndexMetadata.LIFECYCLE_NAME), null, props, prefer, null,
                    (ds.getIndexMode() == null ? IndexMode.STANDARD : ds.getIndexMode()).getName()));
            }
            l.onResponse(new GetDataStreamAction.Response(out, null, retention.get(false), retention.get(true)));
        }

        @Override
        protected ClusterBlockException checkBlock(GetDataStreamAction.Request r, ProjectState s) {
            return s.blocks().globalBlockedException(s.projectId(), ClusterBlockLevel.METADATA_READ);
        }
    }
}
