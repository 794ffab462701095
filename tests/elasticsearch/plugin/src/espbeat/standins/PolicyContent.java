// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.elasticsearch.cluster.metadata.Metadata;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.core.CheckedFunction;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xpack.core.ilm.AllocateAction;
import org.elasticsearch.xpack.core.ilm.DeleteAction;
import org.elasticsearch.xpack.core.ilm.DownsampleAction;
import org.elasticsearch.xpack.core.ilm.ForceMergeAction;
import org.elasticsearch.xpack.core.ilm.FreezeAction;
import org.elasticsearch.xpack.core.ilm.IndexLifecycleMetadata;
import org.elasticsearch.xpack.core.ilm.LifecycleAction;
import org.elasticsearch.xpack.core.ilm.LifecycleOperationMetadata;
import org.elasticsearch.xpack.core.ilm.LifecycleSettings;
import org.elasticsearch.xpack.core.ilm.LifecycleType;
import org.elasticsearch.xpack.core.ilm.MigrateAction;
import org.elasticsearch.xpack.core.ilm.ReadOnlyAction;
import org.elasticsearch.xpack.core.ilm.RolloverAction;
import org.elasticsearch.xpack.core.ilm.SearchableSnapshotAction;
import org.elasticsearch.xpack.core.ilm.SetPriorityAction;
import org.elasticsearch.xpack.core.ilm.ShrinkAction;
import org.elasticsearch.xpack.core.ilm.TimeseriesLifecycleType;
import org.elasticsearch.xpack.core.ilm.UnfollowAction;
import org.elasticsearch.xpack.core.ilm.WaitForSnapshotAction;

/** The settings and named content of lifecycle policies, which x-pack-ilm registers in a full distribution. */
final class PolicyContent {

    private PolicyContent() {}

    static List<Setting<?>> settings() {
        return List.of(
            LifecycleSettings.LIFECYCLE_POLL_INTERVAL_SETTING,
            LifecycleSettings.LIFECYCLE_NAME_SETTING,
            LifecycleSettings.LIFECYCLE_INDEXING_COMPLETE_SETTING,
            LifecycleSettings.LIFECYCLE_SKIP_SETTING,
            RolloverAction.LIFECYCLE_ROLLOVER_ALIAS_SETTING
        );
    }

    private static NamedXContentRegistry.Entry action(String name, CheckedFunction<XContentParser, LifecycleAction, IOException> p) {
        return new NamedXContentRegistry.Entry(LifecycleAction.class, new ParseField(name), p);
    }

    static List<NamedXContentRegistry.Entry> content() {
        List<NamedXContentRegistry.Entry> l = new ArrayList<>();
        l.add(new NamedXContentRegistry.Entry(Metadata.ProjectCustom.class, new ParseField(IndexLifecycleMetadata.TYPE),
            p -> IndexLifecycleMetadata.PARSER.parse(p, null)));
        l.add(new NamedXContentRegistry.Entry(Metadata.ProjectCustom.class, new ParseField(LifecycleOperationMetadata.TYPE),
            p -> LifecycleOperationMetadata.PARSER.parse(p, null)));
        l.add(new NamedXContentRegistry.Entry(LifecycleType.class, new ParseField(TimeseriesLifecycleType.TYPE),
            (p, c) -> TimeseriesLifecycleType.INSTANCE));
        l.add(action(AllocateAction.NAME, AllocateAction::parse));
        l.add(action(ForceMergeAction.NAME, ForceMergeAction::parse));
        l.add(action(ReadOnlyAction.NAME, ReadOnlyAction::parse));
        l.add(action(RolloverAction.NAME, RolloverAction::parse));
        l.add(action(ShrinkAction.NAME, ShrinkAction::parse));
        l.add(action(WaitForSnapshotAction.NAME, WaitForSnapshotAction::parse));
        l.add(action(DeleteAction.NAME, DeleteAction::parse));
        l.add(action(FreezeAction.NAME, FreezeAction::parse));
        l.add(action(SetPriorityAction.NAME, SetPriorityAction::parse));
        l.add(action(MigrateAction.NAME, MigrateAction::parse));
        l.add(action(SearchableSnapshotAction.NAME, SearchableSnapshotAction::parse));
        l.add(action(UnfollowAction.NAME, UnfollowAction::parse));
        l.add(action(DownsampleAction.NAME, DownsampleAction::parse));
        return l;
    }
}
