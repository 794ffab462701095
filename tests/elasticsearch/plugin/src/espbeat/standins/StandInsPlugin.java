// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.ScriptPlugin;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.script.ScriptContext;
import org.elasticsearch.script.ScriptEngine;
import org.elasticsearch.xcontent.NamedXContentRegistry;

/**
 * Stands in for the parts of a full Elasticsearch distribution that no package registry carries: data streams,
 * lifecycle policies, some field types, and fields in the values of ingest processors. For tests only.
 */
public class StandInsPlugin extends Plugin implements ActionPlugin, MapperPlugin, ScriptPlugin {

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return FieldTypes.mappers();
    }

    @Override
    public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
        return Templates.engine();
    }

    @Override
    public List<Setting<?>> getSettings() {
        return PolicyContent.settings();
    }

    @Override
    public List<NamedXContentRegistry.Entry> getNamedXContent() {
        return PolicyContent.content();
    }

    @Override
    public Collection<ActionHandler> getActions() {
        return Stream.concat(DataStreams.actions().stream(), Policies.actions().stream()).toList();
    }

    @Override
    public Collection<RestHandler> getRestHandlers(RestHandlersServices services, Supplier<DiscoveryNodes> nodes,
        Predicate<NodeFeature> features) {
        return Stream.concat(DataStreams.handlers().stream(), Policies.handlers().stream()).toList();
    }
}
