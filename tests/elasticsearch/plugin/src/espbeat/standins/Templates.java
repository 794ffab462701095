// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.elasticsearch.script.ScriptContext;
import org.elasticsearch.script.ScriptEngine;
import org.elasticsearch.script.TemplateScript;

/**
 * Of the "lang-mustache" module only {{a.b}} and {{{a.b}}}, unescaped, for ingest processors; anything else in braces
 * is refused when the pipeline is stored.
 */
final class Templates {

    private Templates() {}

    private static final Pattern TAG = Pattern.compile("\\{\\{(\\{?)\\s*([^{}]+?)\\s*\\}?\\}\\}");

    private static String fill(String template, Map<String, Object> params) {
        Matcher t = TAG.matcher(template);
        StringBuilder out = new StringBuilder();
        while (t.find()) {
            Object v = params;
            for (String k : t.group(2).split("\\.")) {
                v = v instanceof Map<?, ?> m ? m.get(k)
                    : v instanceof List<?> l && k.matches("\\d+") && Integer.parseInt(k) < l.size() ? l.get(Integer.parseInt(k)) : null;
            }
            t.appendReplacement(out, Matcher.quoteReplacement(v == null ? "" : v.toString()));
        }
        return t.appendTail(out).toString();
    }

    static ScriptEngine engine() {
        return new ScriptEngine() {
            @Override
            public String getType() {
                return "mustache";
            }

            @Override
            public <F> F compile(String name, String code, ScriptContext<F> context, Map<String, String> options) {
                Matcher t = TAG.matcher(code);
                while (t.find()) {
                    if ("#^/&>!=".indexOf(t.group(2).charAt(0)) >= 0) {
                        throw new IllegalArgumentException("the stand-in for mustache fills in {{a.b}} only, not [" + t.group() + "]");
                    }
                }
                TemplateScript.Factory f = params -> new TemplateScript(params) {
                    @Override
                    public String execute() {
                        return fill(code, getParams());
                    }
                };
                return context.factoryClazz.cast(f);
            }

            @Override
            public Set<ScriptContext<?>> getSupportedContexts() {
                return Set.of(TemplateScript.INGEST_CONTEXT);
            }
        };
    }
}
